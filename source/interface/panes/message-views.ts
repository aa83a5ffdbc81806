import type {Headers} from '../../flow/message.ts';
import {decodeHeader} from '../../payload/decode-header.ts';
import {formatJson} from '../../payload/format-json.ts';
import {hexLines} from '../../payload/hex.ts';
import {safeText} from '../../payload/safe-text.ts';
import type {KeptMessage} from '../../session/row.ts';
import {bytes} from '../amounts.ts';
import {wrap} from '../cells.ts';
import type {ResultView} from '../screen.ts';

/** A message's text in one of its views, as rows of at most `width` columns. */
export function viewRows(
  message: KeptMessage,
  view: ResultView,
  width: number,
  value = message.value,
): string[] {
  if (view === 'headers') return headerRows(message.headers, width);
  if (value === null) return ['null'];
  switch (view) {
    case 'json':
      return wrap(safeText(formatJson(value.toString('utf8')), {lines: true}), width);
    case 'raw':
      return wrap(safeText(value.toString('utf8'), {lines: true}), width);
    case 'hex':
      return hexLines(value, {count: 4096, perLine: width >= 76 ? 16 : 8});
  }
}

/** How long the value is, and how much of it is here. */
export function sizeOf({value, valueBytes}: KeptMessage): string {
  if (value === null) return 'null value (tombstone)';
  return value.length < valueBytes
    ? `${bytes(value.length)} of ${bytes(valueBytes)} kept`
    : bytes(valueBytes);
}

function headerRows(headers: Headers, width: number): string[] {
  const rows: string[] = [];
  for (const {name, value} of headers) {
    const {kind, text} = decodeHeader(name, value);
    const told = kind === 'number' || kind === 'hex' ? `  (${kind})` : '';
    rows.push(...wrap(`${safeText(name)}  ${text}${told}`, width));
  }
  return rows.length > 0 ? rows : ['no headers'];
}
