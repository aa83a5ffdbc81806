import {safeBytes, safeText} from './safe-text.ts';
import {textOf} from './text-or-base64.ts';

/** Text in quotes where it could be taken for something else; safe to show. */
export function textToldApart(text: string): string {
  return isMistakable(text) ? safeText(JSON.stringify(text)) : safeText(text);
}

/** Bytes so that null (`null`), the empty text (`""`) and the text `null` (`"null"`) look different; safe to show. */
export function bytesToldApart(bytes: Uint8Array | null, most?: number): string {
  if (bytes === null) return 'null';
  const text = textOf(bytes);
  return text === null ? safeBytes(bytes, most) : textToldApart(text);
}

/** It would look like what else is shown in its place: nothing, null, bytes in hex, a kind behind it, a text in quotes. */
function isMistakable(text: string): boolean {
  return (
    text === '' ||
    text === 'null' ||
    text === '–' ||
    text.startsWith('"') ||
    text.startsWith('0x') ||
    text !== text.trim() ||
    text.includes('  ') ||
    text.endsWith('(number)') ||
    text.endsWith('(hex)')
  );
}
