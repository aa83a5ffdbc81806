import {isUtf8} from 'node:buffer';
import type {Headers, HeaderValue, Message} from '../flow/message.ts';

type Text = string | null | {readonly base64: string};

/** A retained message as a line for scripts. Headers by name, a repeated one as a list; the value only when asked for. */
export function messageLine(message: Message, {withValue}: {readonly withValue: boolean}): object {
  const {topic, partition, offset, timestamp, key, value, headers} = message;
  return {
    status: 'found',
    topic,
    partition,
    offset,
    timestamp,
    key: textOf(key),
    headers: headerTexts(headers),
    ...(withValue ? {value: textOf(value)} : {valueBytes: value?.length ?? null}),
  };
}

function headerTexts(headers: Headers): Record<string, Text | Text[]> {
  const texts = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(textOf) : textOf(value as HeaderValue),
  ]);
  return Object.fromEntries(texts);
}

/** Text where it is UTF-8, else the bytes in base64, told apart. */
function textOf(bytes: Uint8Array | null): Text {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return isUtf8(buffer) ? buffer.toString('utf8') : {base64: buffer.toString('base64')};
}
