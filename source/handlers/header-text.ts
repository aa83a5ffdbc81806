import {isUtf8} from 'node:buffer';
import type {Headers, HeaderValue} from '../flow/message.ts';

/** Headers one by one, repeated names as often as they stand in the record. */
export function* eachHeader(headers: Headers): Generator<readonly [string, HeaderValue]> {
  for (const [name, value] of Object.entries(headers)) {
    if (value === null || value instanceof Uint8Array) yield [name, value];
    else for (const each of value) yield [name, each];
  }
}

/** The text that the bytes are, or null where they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8') : null;
}

export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
