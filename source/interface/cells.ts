import {safeText} from '../payload/safe-text.ts';
import {cutToWidth, padToWidth, prefixWithin, textWidth} from '../payload/width.ts';
import type {Style} from './theme.ts';

/** A piece of a row: text that is already safe, and how it is drawn. */
export type Piece = string | readonly [text: string, style: Style];

/** Text from outside in exactly `width` columns. */
export function cell(text: string, width: number, align: 'start' | 'end' = 'start'): string {
  return padToWidth(safeText(text), width, align);
}

/** Alone it would become part of what stands before it, and the row one column shorter. */
const beginsWithMark = /^\p{M}/u;

/** Pieces one after the other in exactly `width` columns: what does not fit is cut with `…`. */
export function row(pieces: readonly Piece[], width: number): string {
  let left = width;
  let drawn = '';
  for (const piece of pieces) {
    if (left <= 0) break;
    const [text, style] = typeof piece === 'string' ? [piece, null] : piece;
    const fitting = cutToWidth(beginsWithMark.test(text) ? `◌${text}` : text, left);
    left -= textWidth(fitting);
    drawn += style ? style(fitting) : fitting;
  }
  return drawn + ' '.repeat(Math.max(0, left));
}

/**
 * Pieces at both ends of a row of exactly `width` columns. Where not all fits, the left ones are cut, down to a third
 * of the row, since the right ones tell how things stand; where that is not enough, the right ones go.
 */
export function spread(start: readonly Piece[], end: readonly Piece[], width: number): string {
  const startWidth = widthOf(start);
  const endWidth = widthOf(end);
  if (startWidth + endWidth + 1 <= width)
    return row([...start, ' '.repeat(width - startWidth - endWidth), ...end], width);
  const left = width - endWidth - 1;
  return left >= width / 3 ? `${row(start, left)} ${row(end, endWidth)}` : row(start, width);
}

export function widthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + textWidth(typeof piece === 'string' ? piece : piece[0]), 0);
}

/** A text broken into rows of at most `width` columns, at blanks where possible. */
export function wrap(text: string, width: number): string[] {
  if (surelyFits(text, width)) return [text.trimEnd()];
  const rows: string[] = [];
  for (const line of text.split('\n')) {
    let current = '';
    for (const word of line.split(/(?<= )/)) {
      let rest = word;
      while (textWidth(current) + textWidth(rest.trimEnd()) > width) {
        if (current !== '') {
          rows.push(current.trimEnd());
          current = '';
          continue;
        }
        const taken = prefixOf(rest, width);
        rows.push(taken);
        rest = rest.slice(taken.length);
      }
      current += rest;
    }
    rows.push(current.trimEnd());
  }
  return rows;
}

/** Without measuring it: no character takes more than two columns. */
function surelyFits(text: string, width: number): boolean {
  return text.length * 2 <= width && !text.includes('\n');
}

function prefixOf(text: string, width: number): string {
  return text.slice(0, Math.max(1, prefixWithin(text, width).end));
}

/** Exactly `height` rows: too many are cut, missing ones are blank. */
export function exactly(rows: readonly string[], {width, height}: {width: number; height: number}): string[] {
  const blank = ' '.repeat(width);
  return Array.from({length: height}, (_, at) => rows[at] ?? blank);
}
