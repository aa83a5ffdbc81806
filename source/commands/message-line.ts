import type {Message} from '../flow/message.ts';
import {headerInJson, headerRecords, headersByName} from '../payload/header-shapes.ts';
import {textOrBase64} from '../payload/text-or-base64.ts';

/**
 * A retained message as a line for scripts. Headers by name, a repeated one as a list, and one by one in their order; the
 * value only when asked for.
 */
export function messageLine(message: Message, {withValue}: {readonly withValue: boolean}): object {
  const {topic, partition, offset, timestamp, key, value, headers} = message;
  return {
    status: 'found',
    topic,
    partition,
    offset,
    timestamp,
    key: textOrBase64(key),
    headers: headersByName(headers, headerInJson),
    headerList: headerRecords(headers),
    ...(withValue ? {value: textOrBase64(value)} : {valueBytes: value?.length ?? null}),
  };
}
