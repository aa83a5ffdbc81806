import {type Key, useInput, usePaste} from 'ink';
import {ask, goBack} from './actions/going-back.ts';
import {composeLine, textOverlays} from './compose/compose-line.ts';
import type {Desk} from './desk.ts';
import {actionFor, perform} from './keymap.ts';
import {keyName} from './keys.ts';
import {eachKey, eachOfLine, editorAction} from './parts/editor/editor-keys.ts';
import type {Screen} from './screen.ts';
import {writeInSearch} from './search-form.ts';

/** Tells a field whether what it just heard was a command, or was entered already, and so is no text for it. */
export type Gate = {wasCommand: boolean};

/**
 * Hears each key before any field does (it stands first on the screen), and either performs the command that it means
 * here or hands it to the editor. A single key is left to the field with the focus; several that came at once (typed
 * fast, or through a slow line) are taken apart here, since the field would take them for one.
 */
export function KeyGate({desk, gate}: {readonly desk: Desk; readonly gate: Gate}) {
  const {screen, composer} = desk;
  useInput((input, key) => {
    const keys = eachKey(input, key).flatMap(each => (lineOf(desk)?.submit ? eachOfLine(each) : [each]));
    for (const [each, its] of keys) hear(each, its as Key, keys.length > 1);
    if (keys.length > 1) gate.wasCommand = true;
  });
  const hear = (input: string, key: Key, isOneOfMany: boolean) => {
    const action = actionFor(keyName(input, key), desk);
    gate.wasCommand = action !== null || key.ctrl || key.meta;
    if (action) {
      perform(action, desk);
      return;
    }
    const editing = screen.overlay === null && screen.focus === 'payload' ? screen.field : null;
    if (editing === 'value' || editing === 'headers') {
      const edit = editorAction(input, key, desk.pageRows);
      if (edit) composer.editField(editing, edit);
      return;
    }
    if (screen.overlay?.kind === 'search') {
      const edit = editorAction(input, key, 1);
      if (edit) writeInSearch(screen, edit);
      return;
    }
    if (lineOf(desk) === null) {
      hearEach(input, key);
      return;
    }
    if (editing && (key.return || key.downArrow)) {
      screen.change({field: editing === 'key' ? 'partition' : 'headers'});
    } else if (editing && key.upArrow) screen.change({field: editing === 'key' ? 'value' : 'key'});
    else if (isOneOfMany) enter(desk, input, key);
  };
  /** Characters that are keys; what follows one that opened a field is text for it. */
  const hearEach = (input: string, key: Key) => {
    const characters = key.ctrl || key.meta ? [] : [...input];
    for (let at = 0; characters.length > 1 && at < characters.length; at++) {
      if (takesText(screen)) {
        composeOrEnter(desk, characters.slice(at).join(''));
        gate.wasCommand = true;
        return;
      }
      const character = characters[at]!;
      hear(character, {...key, return: character === '\r', tab: character === '\t'}, true);
    }
  };
  usePaste(text => {
    if (takesText(screen)) composeOrEnter(desk, text);
  });
  return null;
}

function takesText({overlay, focus}: Screen): boolean {
  return overlay
    ? ['palette', 'skip', 'skip-batch', 'filter', 'search', 'go-back', ...textOverlays].includes(overlay.kind)
    : focus === 'payload';
}

function composeOrEnter(desk: Desk, text: string): void {
  if (writeInSearch(desk.screen, {type: 'paste', text})) return;
  if (desk.screen.overlay === null) desk.composer.paste(desk.screen.field, text);
  else enter(desk, text.replace(/\p{Cc}+/gu, ' '), null);
}

/** `submit`: what Enter does there, when it came together with other keys. */
export type Line = {readonly text: string; set(text: string): void; submit?(): void};

/** The single line that is being written, and how it is set; null: none is. */
function lineOf(desk: Desk): Line | null {
  const {screen, composer} = desk;
  const {overlay} = screen;
  switch (overlay?.kind) {
    case 'palette':
      return {text: overlay.query, set: query => screen.change({overlay: {...overlay, query, at: 0}})};
    case 'skip':
    case 'skip-batch':
      return {text: overlay.reason, set: reason => screen.change({overlay: {...overlay, reason}})};
    case 'filter':
      return {text: screen.filter, set: filter => screen.change({filter, row: null})};
    case 'go-back':
      return {
        text: overlay.place,
        set: place => ask(desk, {...overlay, place}),
        submit: () => goBack(desk, overlay),
      };
    case undefined:
      if (screen.focus !== 'payload') return null;
      if (screen.field === 'key') return {text: composer.key ?? '', set: key => composer.setKey(key)};
      if (screen.field === 'partition')
        return {text: composer.partition, set: partition => composer.setPartition(partition)};
      return null;
    default:
      return composeLine(desk);
  }
}

function enter(desk: Desk, input: string, key: Key | null): void {
  const line = lineOf(desk);
  if (!line) return;
  if (key?.return && line.submit) line.submit();
  else if (key?.backspace || key?.delete) line.set([...line.text].slice(0, -1).join(''));
  else if (input !== '' && !key?.ctrl && !key?.meta) line.set(line.text + input);
}
