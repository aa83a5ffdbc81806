import {isUtf8} from 'node:buffer';

/** Bytes as text, or the first place where they are none. */
export type Utf8Check =
  | {readonly valid: true; readonly text: string}
  | {
      readonly valid: false;
      /** From 0. */
      readonly byteOffset: number;
      /** From 1, the column in characters. */
      readonly line: number;
      readonly column: number;
      readonly reason: string;
    };

/** Decodes bytes that are UTF-8 (RFC 3629: no surrogates, nothing overlong, up to U+10FFFF), else says where they are not. */
export function checkUtf8(bytes: Uint8Array): Utf8Check {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // A byte order mark stays in the text, to be seen.
  if (isUtf8(buffer)) return {valid: true, text: buffer.toString('utf8')};
  const byteOffset = firstBreak(bytes);
  const before = buffer.toString('utf8', 0, byteOffset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return {
    valid: false,
    byteOffset,
    line: before.split('\n').length,
    column: [...before.slice(lineStart)].length + 1,
    reason: `the byte 0x${bytes[byteOffset]!.toString(16).toUpperCase().padStart(2, '0')} is not part of a character`,
  };
}

/** `not UTF-8 at 2:7 (byte offset 9): the byte 0xE2 is not part of a character` */
export function sayNotUtf8({line, column, byteOffset, reason}: Extract<Utf8Check, {valid: false}>): string {
  return `not UTF-8 at ${line}:${column} (byte offset ${byteOffset}): ${reason}`;
}

/** Where the first sequence begins that is no character. */
function firstBreak(bytes: Uint8Array): number {
  let at = 0;
  for (;;) {
    const length = characterLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
}

/** How many bytes the character takes that begins here, by the table of RFC 3629, section 4; 0: none begins here. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0xff;
  if (first < 0x80) return 1;
  const length = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let next = 1; next < length; next++) {
    const byte = bytes[at + next] ?? 0;
    if (byte < (next === 1 ? least : 0x80) || byte > (next === 1 ? most : 0xbf)) return 0;
  }
  return length;
}
