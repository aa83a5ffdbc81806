import {isUtf8} from 'node:buffer';
import type {Failure} from '../flow/outcome.ts';
import {checkJson} from '../payload/check-json.ts';

export type Decoded =
  | {readonly decodable: true; readonly text: string; readonly value: unknown}
  | {readonly decodable: false; readonly failure: Failure};

/**
 * A message's bytes as JSON, strictly: UTF-8 (RFC 3629) and JSON as JSON.parse takes it (RFC 8259). Anything else is a
 * permanent failure named `undecodable`, which says where and why. Never throws.
 */
export function decodeJson(bytes: Buffer): Decoded {
  const text = bytes.toString('utf8');
  // Decoding puts U+FFFD where bytes are wrong; only a text that holds one can be wrong.
  if (text.includes('\ufffd') && !isUtf8(bytes)) return undecodable('the value is not UTF-8 text');
  try {
    return {decodable: true, text, value: JSON.parse(text)};
  } catch {
    return undecodable(whyNotJson(text));
  }
}

function whyNotJson(text: string): string {
  if (text === '') return 'the value is empty (0 bytes), and that is not JSON';
  if (text.startsWith('\ufeff')) return 'the value is not JSON: it begins with a byte order mark';
  const check = checkJson(text);
  if (check.valid) return 'the value is too large to be taken as JSON';
  return `the value is not JSON: line ${check.line}, column ${check.column}: ${check.reason}`;
}

function undecodable(message: string): Decoded {
  return {decodable: false, failure: {name: 'undecodable', message, permanent: true}};
}
