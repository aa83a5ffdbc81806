import {boundaryFrom} from '../../../payload/graphemes.ts';
import {columnAt, displayColumn} from './cells.ts';
import {closingBracket, newlineAt} from './indent.ts';
import {indentOf, type Motion, placeAfter} from './motions.ts';
import {applyEdit, type Edit, endOf, inverse, isBefore, type Place, textBetween} from './text-edit.ts';

/** What the editor holds. Never changed in place; a line that was not touched stays the same string. */
export type TextBuffer = {
  /** At least one; without their line ends. */
  readonly lines: readonly string[];
  /** Always between two characters as a reader counts them. */
  readonly cursor: Place;
  /** The display column that moving up and down would like to keep, or null after anything else. */
  readonly wanted: number | null;
  readonly undo: readonly Step[];
  readonly redo: readonly Step[];
  /** Whether the newest step may still grow: nothing but that kind of edit happened since. */
  readonly open: boolean;
};

type Kind = 'type' | 'backspace' | 'delete' | 'other';

/** What one undo takes back. */
type Step = {readonly kind: Kind; readonly edit: Edit; readonly before: Place; readonly after: Place};

export type EditAction =
  /** Typed text; several characters when typed fast. */
  | {readonly type: 'insert'; readonly text: string}
  /** One undo step, whatever its size. */
  | {readonly type: 'paste'; readonly text: string}
  /** All of the text anew (formatted, or come back from $EDITOR), verbatim, as one undo step. */
  | {readonly type: 'replace-all'; readonly text: string}
  | {readonly type: 'move'; readonly motion: Motion}
  /** By lines, negative upwards. */
  | {readonly type: 'move-lines'; readonly by: number}
  /** To the nearest place that there is; line and column from 0, the column in UTF-16 units. */
  | ({readonly type: 'go-to'} & Place)
  | {
      readonly type:
        | 'newline'
        | 'backspace'
        | 'delete'
        | 'delete-word-back'
        | 'delete-word-forward'
        | 'kill-to-end'
        | 'kill-to-start'
        | 'undo'
        | 'redo';
    };

/** A buffer of this text, kept letter by letter: a `\r` in it is shown, not lost. The cursor is at its beginning. */
export function bufferOf(text: string): TextBuffer {
  return {
    lines: text.split('\n'),
    cursor: {line: 0, column: 0},
    wanted: null,
    undo: [],
    redo: [],
    open: false,
  };
}

const texts = new WeakMap<readonly string[], string>();

/** The text, joined once for each state of it. */
export function textOf({lines}: TextBuffer): string {
  let text = texts.get(lines);
  if (text === undefined) {
    text = lines.join('\n');
    texts.set(lines, text);
  }
  return text;
}

/** The buffer after an action; the same one where nothing changes. */
export function edit(buffer: TextBuffer, action: EditAction): TextBuffer {
  const {lines, cursor} = buffer;
  switch (action.type) {
    case 'insert':
      return inserted(buffer, action.text);
    case 'paste':
      return edited(buffer, 'other', {at: cursor, removed: '', inserted: withLineFeeds(action.text)});
    case 'replace-all':
      return replaced(buffer, action.text);
    case 'newline': {
      const {edit, after} = newlineAt(lines[cursor.line]!, cursor);
      return edited(buffer, 'other', edit, after);
    }
    case 'backspace':
      return erased(buffer, 'backspace', placeAfter('left', lines, cursor));
    case 'delete':
      return erased(buffer, 'delete', placeAfter('right', lines, cursor));
    case 'delete-word-back':
      return erased(buffer, 'other', placeAfter(cursor.column === 0 ? 'left' : 'word-left', lines, cursor));
    case 'delete-word-forward': {
      const atEnd = cursor.column === lines[cursor.line]!.length;
      return erased(buffer, 'other', placeAfter(atEnd ? 'right' : 'word-right', lines, cursor));
    }
    case 'kill-to-end': {
      const atEnd = cursor.column === lines[cursor.line]!.length;
      return erased(buffer, 'other', placeAfter(atEnd ? 'right' : 'line-end', lines, cursor));
    }
    case 'kill-to-start':
      return erased(buffer, 'other', {line: cursor.line, column: 0});
    case 'move':
      return movedTo(buffer, placeAfter(action.motion, lines, cursor));
    case 'move-lines':
      return movedByLines(buffer, action.by);
    case 'go-to':
      return movedTo(buffer, nearest(lines, action));
    case 'undo':
      return undone(buffer);
    case 'redo':
      return redone(buffer);
  }
}

function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function inserted(buffer: TextBuffer, typed: string): TextBuffer {
  const text = withLineFeeds(typed);
  if (text.includes('\n')) return edited(buffer, 'other', {at: buffer.cursor, removed: '', inserted: text});
  const closing = closingBracket(buffer.lines[buffer.cursor.line]!, buffer.cursor, text);
  if (closing) return edited(buffer, 'other', closing);
  return edited(buffer, 'type', {at: buffer.cursor, removed: '', inserted: text});
}

function replaced(buffer: TextBuffer, text: string): TextBuffer {
  const old = textOf(buffer);
  if (old === text) return buffer;
  const lines = text.split('\n');
  const inked = countInk(textBetween(buffer.lines, {line: 0, column: 0}, buffer.cursor));
  const after = nearest(lines, placeAfterInk(lines, inked));
  return edited(buffer, 'other', {at: {line: 0, column: 0}, removed: old, inserted: text}, after);
}

/** Units that are not white space: formatting changes only white space, so the cursor stays at its token. */
function countInk(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x20) count++;
  return count;
}

function placeAfterInk(lines: readonly string[], count: number): Place {
  let left = count;
  for (const [line, text] of lines.entries()) {
    if (left === 0) return {line, column: line === 0 ? 0 : indentOf(text).length};
    for (let column = 0; column < text.length; column++)
      if (text.charCodeAt(column) > 0x20 && --left === 0) return {line, column: column + 1};
  }
  return {line: lines.length - 1, column: lines.at(-1)!.length};
}

function erased(buffer: TextBuffer, kind: Kind, to: Place): TextBuffer {
  const {lines, cursor} = buffer;
  const [from, end] = isBefore(to, cursor) ? [to, cursor] : [cursor, to];
  return edited(buffer, kind, {at: from, removed: textBetween(lines, from, end), inserted: ''});
}

function edited(
  buffer: TextBuffer,
  kind: Kind,
  edit: Edit,
  cursor = endOf(edit.at, edit.inserted),
): TextBuffer {
  if (edit.removed === '' && edit.inserted === '') return closed(buffer);
  const lines = applyEdit(buffer.lines, edit);
  // What was inserted may have become one with what follows.
  const after = nearest(lines, cursor);
  const step: Step = {kind, edit, before: buffer.cursor, after};
  const last = buffer.undo.at(-1);
  const joined = buffer.open && last && join(last, step);
  const undo = joined ? buffer.undo.with(-1, joined) : bounded([...buffer.undo, step]);
  return {lines, cursor: after, wanted: null, undo, redo: [], open: kind !== 'other'};
}

/** Two steps as one, if one undo should take back both: the same kind of edit, on and on, within a word and its blanks. */
function join(last: Step, next: Step): Step | undefined {
  if (last.kind !== next.kind || next.kind === 'other') return undefined;
  const whole = {kind: last.kind, before: last.before, after: next.after};
  const {at, removed, inserted} = last.edit;
  if (next.kind === 'type') {
    const end = endOf(at, inserted);
    if (!same(end, next.edit.at) || isNewWord(inserted.at(-1)!, next.edit.inserted[0]!)) return undefined;
    return {...whole, edit: {at, removed: '', inserted: inserted + next.edit.inserted}};
  }
  if (next.kind === 'backspace') {
    if (!same(endOf(next.edit.at, next.edit.removed), at)) return undefined;
    if (isNewWord(removed[0]!, next.edit.removed.at(-1)!)) return undefined;
    return {...whole, edit: {at: next.edit.at, removed: next.edit.removed + removed, inserted: ''}};
  }
  if (!same(next.edit.at, at) || isNewWord(removed.at(-1)!, next.edit.removed[0]!)) return undefined;
  return {...whole, edit: {at, removed: removed + next.edit.removed, inserted: ''}};
}

function isNewWord(before: string, next: string): boolean {
  return before.trim() === '' && next.trim() !== '';
}

function same(left: Place, right: Place): boolean {
  return left.line === right.line && left.column === right.column;
}

const mostSteps = 1000;
/** What can be undone holds at most this much text, in UTF-16 units; the newest step always. */
const mostKept = 32_000_000;

function bounded(steps: Step[]): readonly Step[] {
  let kept = 0;
  let first = steps.length;
  while (first > 0 && steps.length - first < mostSteps) {
    const {removed, inserted} = steps[first - 1]!.edit;
    kept += removed.length + inserted.length;
    if (kept > mostKept && first < steps.length) break;
    first--;
  }
  return first === 0 ? steps : steps.slice(first);
}

function undone(buffer: TextBuffer): TextBuffer {
  const step = buffer.undo.at(-1);
  if (!step) return closed(buffer);
  const lines = applyEdit(buffer.lines, inverse(step.edit));
  return {
    lines,
    cursor: step.before,
    wanted: null,
    undo: buffer.undo.slice(0, -1),
    redo: [...buffer.redo, step],
    open: false,
  };
}

function redone(buffer: TextBuffer): TextBuffer {
  const step = buffer.redo.at(-1);
  if (!step) return closed(buffer);
  const lines = applyEdit(buffer.lines, step.edit);
  return {
    lines,
    cursor: step.after,
    wanted: null,
    undo: [...buffer.undo, step],
    redo: buffer.redo.slice(0, -1),
    open: false,
  };
}

function closed(buffer: TextBuffer): TextBuffer {
  return buffer.open || buffer.wanted !== null ? {...buffer, open: false, wanted: null} : buffer;
}

function movedTo(buffer: TextBuffer, cursor: Place, wanted: number | null = null): TextBuffer {
  const still = same(cursor, buffer.cursor) && wanted === buffer.wanted && !buffer.open;
  return still ? buffer : {...buffer, cursor, wanted, open: false};
}

function movedByLines(buffer: TextBuffer, by: number): TextBuffer {
  const {lines, cursor} = buffer;
  const wanted = buffer.wanted ?? displayColumn(lines[cursor.line]!, cursor.column);
  const line = Math.min(Math.max(cursor.line + by, 0), lines.length - 1);
  if (line === cursor.line) return movedTo(buffer, cursor, wanted);
  return movedTo(buffer, {line, column: columnAt(lines[line]!, wanted).column}, wanted);
}

/** The place itself, or the nearest one that there is. */
function nearest(lines: readonly string[], place: Place): Place {
  const line = Math.min(Math.max(place.line, 0), lines.length - 1);
  return {line, column: boundaryFrom(lines[line]!, place.column)};
}

/** The place that a check of the text names: line and column from 1, the column in code points (see `checkJson`). */
export function placeOf(
  {lines}: TextBuffer,
  {line, column}: {readonly line: number; readonly column: number},
): Place {
  const text = lines[Math.min(line, lines.length) - 1] ?? '';
  let at = 0;
  for (let left = column - 1; left > 0 && at < text.length; left--)
    at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return nearest(lines, {line: line - 1, column: at});
}
