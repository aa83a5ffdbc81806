import type {Headers, HeaderValue} from '../../flow/message.ts';
import {decodeHeader} from '../../payload/decode-header.ts';
import {formatJson} from '../../payload/format-json.ts';
import {hexLines} from '../../payload/hex.ts';
import {safeBytes, safeText} from '../../payload/safe-text.ts';
import {bytesToldApart, textToldApart} from '../../payload/told-apart.ts';
import type {KeptMessage} from '../../session/row.ts';
import {bytes} from '../amounts.ts';
import {wrap} from '../cells.ts';
import type {ResultView} from '../screen.ts';
import {ViewRows} from './view-rows.ts';

/** A message's text in one of its views, as rows of at most `width` columns. */
export function viewRows(
  message: KeptMessage,
  view: ResultView,
  width: number,
  value = message.value,
): ViewRows {
  if (view === 'headers') return headerRows(message.headers, width);
  return new ViewRows(1, () => valueRows(value, view, width));
}

function valueRows(value: Buffer | null, view: Exclude<ResultView, 'headers'>, width: number): string[] {
  if (value === null) return ['null: a tombstone'];
  if (value.length === 0) return ['empty: a value of 0 bytes'];
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

function headerRows(headers: Headers, width: number): ViewRows {
  if (headers.length === 0) return new ViewRows(1, () => ['no headers']);
  return new ViewRows(headers.length, at => {
    const {name, rawName, value} = headers[at]!;
    const shownName = rawName ? safeBytes(rawName) : textToldApart(name);
    return wrap(`${shownName}  ${shownHeader(name, value)}`, width);
  });
}

function shownHeader(name: string, value: HeaderValue): string {
  const {kind, text} = decodeHeader(name, value);
  if (kind === 'text') return bytesToldApart(value);
  return kind === 'null' ? text : `${text}  (${kind})`;
}
