import type {Failure} from '../flow/outcome.ts';
import {checkUtf8, sayNotUtf8} from '../payload/check-utf8.ts';

export type Decoded = {readonly value: unknown} | {readonly failure: Failure};

/** A record's value as JSON. What cannot be decoded is permanent: the same bytes never become JSON (rule 9). */
export function decodeJson(bytes: Uint8Array): Decoded {
  const decoded = checkUtf8(bytes);
  if (!decoded.valid) return undecodable(`the value is ${sayNotUtf8(decoded)}`);
  try {
    return {value: JSON.parse(decoded.text)};
  } catch (error) {
    if (error instanceof RangeError) return undecodable('the JSON is nested too deeply to be read');
    return undecodable(`the value is not JSON: ${(error as Error).message}`);
  }
}

function undecodable(message: string): Decoded {
  return {failure: {name: 'undecodable', message, permanent: true}};
}
