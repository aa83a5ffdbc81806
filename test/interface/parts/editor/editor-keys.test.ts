import {describe, expect, it} from 'vitest';
import {
  type EditorKey,
  eachKey,
  editorAction,
} from '../../../../source/interface/parts/editor/editor-keys.ts';
import type {EditAction} from '../../../../source/interface/parts/editor/text-buffer.ts';

const ctrl: EditorKey = {ctrl: true};
const alt: EditorKey = {meta: true};
const move = (motion: (EditAction & {type: 'move'})['motion']): EditAction => ({type: 'move', motion});

describe("the editor's keys", () => {
  it.each<[string, string, EditorKey, EditAction]>([
    ['a character', 'x', {}, {type: 'insert', text: 'x'}],
    ['fast typing', 'abc', {}, {type: 'insert', text: 'abc'}],
    ['text pasted without brackets', '{\r  "a": 1\r}', {}, {type: 'insert', text: '{\r  "a": 1\r}'}],
    ['an emoji', '👍', {}, {type: 'insert', text: '👍'}],
    ['an opening bracket', '[', {}, {type: 'insert', text: '['}],
    ['a capital', 'A', {shift: true}, {type: 'insert', text: 'A'}],
    ['Enter', '\r', {return: true}, {type: 'newline'}],
    ['Ctrl+J', '\n', {}, {type: 'newline'}],
    ['Backspace', '', {backspace: true}, {type: 'backspace'}],
    ['Alt+Backspace', '', {backspace: true, meta: true}, {type: 'delete-word-back'}],
    ['Delete', '', {delete: true}, {type: 'delete'}],
    ['Ctrl+Delete', '', {delete: true, ctrl: true}, {type: 'delete-word-forward'}],
    ['Ctrl+A', 'a', ctrl, move('line-start')],
    ['Ctrl+E', 'e', ctrl, move('line-end')],
    ['Ctrl+B', 'b', ctrl, move('left')],
    ['Ctrl+K', 'k', ctrl, {type: 'kill-to-end'}],
    ['Ctrl+U', 'u', ctrl, {type: 'kill-to-start'}],
    ['Ctrl+W', 'w', ctrl, {type: 'delete-word-back'}],
    ['Ctrl+D', 'd', ctrl, {type: 'delete'}],
    ['Ctrl+_', '_', ctrl, {type: 'undo'}],
    ['Ctrl+Y', 'y', ctrl, {type: 'redo'}],
    ['Alt+B', 'b', alt, move('word-left')],
    ['Alt+F', 'f', alt, move('word-right')],
    ['Alt+D', 'd', alt, {type: 'delete-word-forward'}],
    ['Alt+Z', 'z', alt, {type: 'undo'}],
    ['Alt+Shift+Z', 'Z', {meta: true, shift: true}, {type: 'redo'}],
    ['Left', '', {leftArrow: true}, move('left')],
    ['Ctrl+Left', '', {leftArrow: true, ctrl: true}, move('word-left')],
    ['Alt+Right', '', {rightArrow: true, meta: true}, move('word-right')],
    ['Up', '', {upArrow: true}, {type: 'move-lines', by: -1}],
    ['Ctrl+Down', '', {downArrow: true, ctrl: true}, move('end')],
    ['Home', '', {home: true}, move('line-start')],
    ['Ctrl+End', '', {end: true, ctrl: true}, move('end')],
    ['Page Up', '', {pageUp: true}, {type: 'move-lines', by: -9}],
    ['Page Down', '', {pageDown: true}, {type: 'move-lines', by: 9}],
  ])('%s', (_, input, key, action) => {
    expect(editorAction(input, key, 10)).toEqual(action);
  });

  it.each<[string, string, EditorKey]>([
    ...['s', 'f', 'o', 'p', 'c', 'g', 'r', 'z', 'q', 'x', 'l'].map(
      letter => [`Ctrl+${letter.toUpperCase()}`, letter, ctrl] as [string, string, EditorKey],
    ),
    ['Tab', '', {tab: true}],
    ['Shift+Tab', '', {tab: true, shift: true}],
    ['Esc', '', {escape: true, meta: true}],
    ['Alt+Enter', '\r', {return: true, meta: true}],
    ['Alt+X', 'x', alt],
    ['a key that Ink does not know', '[25~', {}],
    ['a report of the focus', '[I', {}],
    ['a key let go', 'a', {eventType: 'release'}],
    ['an empty input', '', {}],
    ['a control character', '\u0001', {}],
  ])('leaves %s to the application', (_, input, key) => {
    expect(editorAction(input, key, 10)).toBeNull();
  });
});

describe('keys that arrive as one input', () => {
  it('are told apart where one is a command', () => {
    expect(eachKey('ab\u0013', {})).toEqual([
      ['ab', {}],
      ['s', {ctrl: true}],
    ]);
    expect(eachKey('a\u007f\u001f\u0000', {})).toEqual([
      ['a', {}],
      ['', {backspace: true}],
      ['_', {ctrl: true}],
      [' ', {ctrl: true}],
    ]);
    expect(eachKey('\t\t', {})).toEqual([
      ['', {tab: true}],
      ['', {tab: true}],
    ]);
  });

  it.each<[string, EditorKey]>([
    ['{\r\n\t"a": 1}', {}],
    ['x', {}],
    ['', {upArrow: true}],
    ['s', {ctrl: true}],
  ])('stay one where %j is one', (input, key) => {
    expect(eachKey(input, key)).toEqual([[input, key]]);
  });
});
