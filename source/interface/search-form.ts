import {safeText} from '../payload/safe-text.ts';
import {textWidth} from '../payload/width.ts';
import {cell, type Piece, row} from './cells.ts';
import type {Area} from './layout.ts';
import {titleBar} from './panes/title.ts';
import {bufferOf, type EditAction, edit, type TextBuffer, textOf} from './parts/editor/text-buffer.ts';
import type {Overlay, Screen} from './screen.ts';
import type {Theme} from './theme.ts';

type SearchOverlay = Overlay & {kind: 'search'};

/** A title, two fields, and what can be written into the one that is being written. */
export const searchFormHeight = 4;

const labelWidth = 9;
const help = {
  filter: 'words, key:… header:… partition:2 offset:40 1@40 path=value; empty: all',
  from: 'beginning, end-200 (of each partition), an offset, 1@40, 15m, a time',
};

/** Asks what is to be looked for among the messages that the topic retains, and from where on. */
export function searchFormLines(
  overlay: SearchOverlay,
  topic: string,
  {width}: Pick<Area, 'width'>,
  theme: Theme,
): string[] {
  const field = (name: 'filter' | 'from') => {
    const isWritten = overlay.field === name;
    const label: Piece = [cell(` ${name}`, labelWidth), isWritten ? theme.accent : theme.quiet];
    const text = isWritten
      ? written(overlay[name], width - labelWidth, theme)
      : [safeText(textOf(overlay[name]))];
    return row([label, ...text], width);
  };
  return [
    titleBar(`SEARCH what ${safeText(topic)} retains`, 'no group hears of it', {width, focused: true, theme}),
    field('filter'),
    field('from'),
    row([[`  ${help[overlay.field]}`, theme.quiet]], width),
  ];
}

/** A field of the form with this text, the cursor behind it. */
export function fieldOf(text: string): TextBuffer {
  return edit(bufferOf(oneLine(text)), {type: 'move', motion: 'end'});
}

/** Writes into the field that is being written; false: no search is. A field stays one line. */
export function writeInSearch(screen: Screen, action: EditAction): boolean {
  const {overlay} = screen;
  if (overlay?.kind !== 'search') return false;
  if (action.type === 'newline') return true;
  const fitting = 'text' in action ? {...action, text: oneLine(action.text)} : action;
  screen.change({overlay: {...overlay, [overlay.field]: edit(overlay[overlay.field], fitting)}});
  return true;
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

/** The line with its cursor; of one that is too long, the part around it. */
function written({lines, cursor}: TextBuffer, width: number, theme: Theme): Piece[] {
  const line = lines[cursor.line]!;
  const before = [...line.slice(0, cursor.column)];
  const [at = ' ', ...after] = [...line.slice(cursor.column)];
  let first = 0;
  let taken = textWidth(safeText(before.join('')));
  while (taken > width - 2) taken -= textWidth(safeText(before[first++]!));
  return [safeText(before.slice(first).join('')), [safeText(at), theme.cursor], safeText(after.join(''))];
}
