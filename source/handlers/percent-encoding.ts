import {type Headers, nameBytes} from '../flow/message.ts';

const encoded = Array.from(
  {length: 256},
  (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
);

/** Bytes as text in which all but `plain` (one character each) is percent-encoded (RFC 3986). */
export function percentEncoded(bytes: Uint8Array, plain: RegExp): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += plain.test(character) ? character : encoded[byte]!;
  }
  return text;
}

/** What RFC 3986 leaves as it is anywhere in a URL. */
const unreserved = /[A-Za-z0-9._~-]/;

/**
 * All headers in their order on one line, as `a=1&b=&a=2&c`: name and value percent-encoded; `b` is empty, `c` (without
 * `=`) is null. A name or value that is not UTF-8 keeps its bytes. null: it would be longer than `most` characters.
 */
export function headersAsOneLine(headers: Headers, most: number): string | null {
  let length = 0;
  const parts: string[] = [];
  for (const header of headers) {
    const {value} = header;
    // Each byte takes one character at least: what cannot fit is not encoded first.
    if (length + header.name.length + (value?.length ?? 0) > most) return null;
    const name = percentEncoded(nameBytes(header), unreserved);
    const part = value === null ? name : `${name}=${percentEncoded(value, unreserved)}`;
    length += part.length + 1;
    if (length - 1 > most) return null;
    parts.push(part);
  }
  return parts.join('&');
}
