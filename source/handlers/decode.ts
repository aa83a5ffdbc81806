import {isUtf8} from 'node:buffer';
import type {Failure} from '../flow/outcome.ts';

export type Decoded = {readonly value: unknown} | {readonly failure: Failure};

/** A record's value as JSON. What cannot be decoded is permanent: the same bytes never become JSON (rule 9). */
export function decodeJson(bytes: Uint8Array): Decoded {
  if (!isUtf8(bytes)) return undecodable('the value is not UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  try {
    return {value: JSON.parse(text)};
  } catch (error) {
    if (error instanceof RangeError) return undecodable('the JSON is nested too deeply to be read');
    return undecodable(`the value is not JSON: ${(error as Error).message}`);
  }
}

function undecodable(message: string): Decoded {
  return {failure: {name: 'undecodable', message, permanent: true}};
}
