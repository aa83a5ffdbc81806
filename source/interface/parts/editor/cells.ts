import {runFrom} from '../../../payload/graphemes.ts';
import {safeText} from '../../../payload/safe-text.ts';
import {textWidth} from '../../../payload/width.ts';

/** One character of a line as it stands on the screen: always safe, always at least one column. */
export type Cell = {readonly text: string; readonly width: number};

const tab: Cell = {text: '  ', width: 2};
const known = new Map<string, Cell>();

/** How the editor shows a character: what is not seen, or would become one with what stands before it, is spelt out. */
export function cellOf(character: string): Cell {
  if (character === '\t') return tab;
  const kept = known.get(character);
  if (kept) return kept;
  const cell = shown(character);
  if (known.size >= 4096) known.clear();
  if (character.length <= 16) known.set(character, cell);
  return cell;
}

function shown(character: string): Cell {
  const text = safeText(character);
  const width = textWidth(text);
  if (width > 0 && textWidth(` ${text}`) === width + 1) return {text, width};
  const spelt = [...character].map(
    each => `‹${each.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}›`,
  );
  const all = spelt.length <= 4 ? spelt.join('') : `${spelt.slice(0, 4).join('')}‹+${spelt.length - 4}›`;
  return {text: all, width: all.length};
}

/** The column on the screen at which the character at `column` (a boundary, in UTF-16 units) begins. */
export function displayColumn(line: string, column: number): number {
  let display = 0;
  for (let at = 0; at < column; ) {
    const {end, each} = runFrom(line, at);
    if (each === 0) display += cellOf(line.slice(at, end)).width;
    else display += (Math.min(end, column) - at) * each;
    at = end;
  }
  return display;
}

export type Found = {
  /** In UTF-16 units. */
  readonly column: number;
  /** Where it begins on the screen. */
  readonly display: number;
};

/** The character that covers the display column, or the line's end where the line is shorter. */
export function columnAt(line: string, display: number): Found {
  let from = 0;
  for (let at = 0; at < line.length; ) {
    const {end, each} = runFrom(line, at);
    const width = each === 0 ? cellOf(line.slice(at, end)).width : (end - at) * each;
    if (from + width > display) {
      const steps = each === 0 ? 0 : Math.max(0, Math.floor((display - from) / each));
      return {column: at + steps, display: from + steps * each};
    }
    from += width;
    at = end;
  }
  return {column: line.length, display: from};
}
