import {isUtf8} from 'node:buffer';
import type {Headers, HeaderValue, Message} from '../flow/message.ts';
import {numberInHeader} from '../payload/decode-header.ts';

type Text = string | null | {readonly number?: string; readonly base64: string};

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
    Array.isArray(value) ? value.map(each => headerText(name, each)) : headerText(name, value as HeaderValue),
  ]);
  return Object.fromEntries(texts);
}

/** The big-endian numbers of Kafka's dead letters are told as such, beside their bytes: as text they are unreadable. */
function headerText(name: string, value: HeaderValue): Text {
  const number = numberInHeader(name, value);
  if (number === null || value === null) return textOf(value);
  return {number, base64: Buffer.from(value).toString('base64')};
}

/** Text where it is UTF-8, else the bytes in base64, told apart. */
function textOf(bytes: Uint8Array | null): Text {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return isUtf8(buffer) ? buffer.toString('utf8') : {base64: buffer.toString('base64')};
}
