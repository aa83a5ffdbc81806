import type {EditorKey} from './editor-keys.ts';

/** Controls that stand for a key of their own; tabs and line ends may be part of a pasted text. */
const controls = '\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f';
const holdsControl = new RegExp(`[${controls}]`);
const parts = new RegExp(`[${controls}]|[^${controls}]+`, 'g');

/**
 * Keys that come fast arrive as one input: Ink hands on `x`, then Ctrl+S, as one text with the control character in
 * it. These are the keys one by one, each as Ink would have reported it alone. Every input goes through here before
 * it is acted on, or a command is lost and a control character gets into the text.
 */
export function eachKey(
  input: string,
  key: EditorKey,
): readonly (readonly [input: string, key: EditorKey])[] {
  if (input.length < 2 || key.ctrl || key.meta) return [[input, key]];
  if (/^\t+$/.test(input)) return [...input].map(() => ['', {tab: true}]);
  if (!holdsControl.test(input)) return [[input, key]];
  return input
    .match(parts)!
    .map(part => (holdsControl.test(part) ? control(part.charCodeAt(0)) : alone(part)));
}

/** In a single line Tab and Enter are keys also where they came together with text: what is pasted comes on another way. */
export function eachOfLine(
  each: readonly [input: string, key: EditorKey],
): readonly (readonly [input: string, key: EditorKey])[] {
  const [input, key] = each;
  if (input.length < 2 || key.ctrl || key.meta) return [each];
  return input.match(/[\t\r]|[^\t\r]+/g)!.map(alone);
}

function alone(text: string): readonly [string, EditorKey] {
  if (text === '\t') return ['', {tab: true}];
  return text === '\r' ? ['\r', {return: true}] : [text, {}];
}

function control(code: number): readonly [string, EditorKey] {
  if (code === 0x7f || code === 0x08) return ['', {backspace: true}];
  if (code === 0x1b) return ['', {escape: true}];
  if (code === 0) return [' ', {ctrl: true}];
  return [String.fromCharCode(code + (code <= 26 ? 0x60 : 0x40)), {ctrl: true}];
}
