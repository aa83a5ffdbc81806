import type {Key} from 'ink';
import type {EditAction} from './text-buffer.ts';

export {eachKey, eachOfLine} from './several-keys.ts';

/** What Ink's `useInput` says of a key; what is missing was not pressed. */
export type EditorKey = Partial<Key>;

/**
 * The editor's action for a key as Ink's `useInput` reports it, or null: the key is not the editor's, so the
 * application's. The keys are Readline's where Readline has one. `page`: the rows that are seen, for Page Up and Down.
 */
export function editorAction(input: string, key: EditorKey, page: number): EditAction | null {
  if (key.eventType === 'release' || key.tab || key.escape) return null;
  if (key.return) return key.meta || key.ctrl ? null : {type: 'newline'};
  const byWord = key.ctrl || key.meta;
  if (key.backspace) return {type: byWord ? 'delete-word-back' : 'backspace'};
  if (key.delete) return {type: byWord ? 'delete-word-forward' : 'delete'};
  if (key.leftArrow) return {type: 'move', motion: byWord ? 'word-left' : 'left'};
  if (key.rightArrow) return {type: 'move', motion: byWord ? 'word-right' : 'right'};
  if (key.upArrow) return byWord ? {type: 'move', motion: 'start'} : {type: 'move-lines', by: -1};
  if (key.downArrow) return byWord ? {type: 'move', motion: 'end'} : {type: 'move-lines', by: 1};
  if (key.home) return {type: 'move', motion: byWord ? 'start' : 'line-start'};
  if (key.end) return {type: 'move', motion: byWord ? 'end' : 'line-end'};
  if (key.pageUp) return {type: 'move-lines', by: -Math.max(1, page - 1)};
  if (key.pageDown) return {type: 'move-lines', by: Math.max(1, page - 1)};
  if (key.ctrl) return controls.get(input.toLowerCase()) ?? null;
  if (key.meta) return (key.shift ? shiftedMetas : metas).get(input.toLowerCase()) ?? null;
  // Ctrl+J, or a line end that was pasted by itself.
  if (input === '\n' || input === '\r') return {type: 'newline'};
  if (input === '' || unknownKey.test(input) || isControl(input)) return null;
  return {type: 'insert', text: input};
}

/** Ctrl with a letter. Not here, for the application has them: C, F, G, O, P, R, S. */
const controls: ReadonlyMap<string, EditAction> = new Map<string, EditAction>([
  ['a', {type: 'move', motion: 'line-start'}],
  ['e', {type: 'move', motion: 'line-end'}],
  ['b', {type: 'move', motion: 'left'}],
  ['n', {type: 'move-lines', by: 1}],
  ['d', {type: 'delete'}],
  ['k', {type: 'kill-to-end'}],
  ['u', {type: 'kill-to-start'}],
  ['w', {type: 'delete-word-back'}],
  ['_', {type: 'undo'}],
  ['y', {type: 'redo'}],
]);

const metas: ReadonlyMap<string, EditAction> = new Map<string, EditAction>([
  ['b', {type: 'move', motion: 'word-left'}],
  ['f', {type: 'move', motion: 'word-right'}],
  ['d', {type: 'delete-word-forward'}],
  ['z', {type: 'undo'}],
  ['<', {type: 'move', motion: 'start'}],
  ['>', {type: 'move', motion: 'end'}],
]);

const shiftedMetas: ReadonlyMap<string, EditAction> = new Map<string, EditAction>([['z', {type: 'redo'}]]);

/** What is left of an escape sequence that Ink does not know (Shift+F3, focus reports); nobody typed it. */
const unknownKey = /^\[(?:[IO]|[\d;]+[~^$]|\d+;\d+[A-Z])$/;

function isControl(input: string): boolean {
  return input.length === 1 && (input < ' ' || input === '\u007f');
}
