import {isUtf8} from 'node:buffer';

/** Bytes in JSON, told apart: text where they are UTF-8, else base64. */
export type TextOrBase64 = string | null | {readonly base64: string};

/** The text that the bytes are, or null where they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  return isUtf8(bytes) ? bufferOf(bytes).toString('utf8') : null;
}

export function base64Of(bytes: Uint8Array): string {
  return bufferOf(bytes).toString('base64');
}

export function textOrBase64(bytes: Uint8Array | null): TextOrBase64 {
  return bytes && (textOf(bytes) ?? {base64: base64Of(bytes)});
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
