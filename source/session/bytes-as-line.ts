import {textOf} from '../payload/text-or-base64.ts';

const base64Prefix = 'base64:';
/** What cannot be seen or typed in a line, and what would end it. */
const notPlain = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Bytes as one line that can be edited; what is no plain text is told as base64. */
export function lineOfBytes(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  const text = textOf(bytes);
  const isPlain = text !== null && !notPlain.test(text) && !text.startsWith(base64Prefix);
  return isPlain ? text : base64Prefix + Buffer.from(bytes).toString('base64');
}

export function bytesOfLine(text: string | null): Buffer | null | 'unreadable' {
  if (text === null) return null;
  if (!text.startsWith(base64Prefix)) return Buffer.from(text);
  const code = text.slice(base64Prefix.length).trim();
  return /^[A-Za-z0-9+/]*={0,2}$/.test(code) ? Buffer.from(code, 'base64') : 'unreadable';
}
