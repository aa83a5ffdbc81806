import {stripVTControlCharacters} from 'node:util';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  type EditorLook,
  type EditorTheme,
  editorRows,
  followCursor,
  type Scroll,
} from '../../../../source/interface/parts/editor/editor-view.ts';
import {bufferOf, edit, type TextBuffer} from '../../../../source/interface/parts/editor/text-buffer.ts';
import {checkJson} from '../../../../source/payload/check-json.ts';
import {textWidth} from '../../../../source/payload/width.ts';
import {cpuTime} from '../../../support/cpu-time.ts';

const colour = (on: number, off: number) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`;
const colours: EditorTheme = {
  key: colour(36, 39),
  string: colour(32, 39),
  number: colour(33, 39),
  literal: colour(35, 39),
  dim: colour(2, 22),
  error: colour(31, 39),
  cursor: colour(7, 27),
};
/** A theme that can be read: `<key:"a">`. */
const named = Object.fromEntries(
  Object.keys(colours).map(name => [name, (text: string) => `<${name}:${text}>`]),
) as EditorTheme;
const bare = Object.fromEntries(
  Object.keys(colours).map(name => [name, (text: string) => text]),
) as EditorTheme;

const origin: Scroll = {top: 0, left: 0};
const look = (changes: Partial<EditorLook> = {}): EditorLook => ({focused: false, theme: bare, ...changes});
const put = (text: string, line: number, column: number): TextBuffer =>
  edit(bufferOf(text), {type: 'go-to', line, column});

describe('the editor as rows', () => {
  it('has a line number before each line and fills the rest', () => {
    expect(editorRows(bufferOf('{\n  "a": 1\n}'), origin, 20, 5, look())).toEqual([
      ' 1 {                ',
      ' 2   "a": 1         ',
      ' 3 }                ',
      '                    ',
      '                    ',
    ]);
  });

  it('gives keys, strings, numbers and literals each its colour, also where the JSON is broken', () => {
    const rows = (text: string) =>
      editorRows(bufferOf(text), origin, 60, 1, look({theme: named}))[0]!.trimEnd();
    expect(rows('{"a": "b:c", "d" : -1.5e3, "e": [true, null]}')).toBe(
      '<dim: 1> {<key:"a">: <string:"b:c">, <key:"d"> : <number:-1.5e3>, <key:"e">: [<literal:true>, <literal:null>]}',
    );
    expect(rows('{"a\\"b": tru, "open')).toBe('<dim: 1> {<key:"a\\"b">: tru, <string:"open>');
  });

  it('shows the cursor where it has the focus, also behind the last character', () => {
    const row = (buffer: TextBuffer, focused = true) =>
      editorRows(buffer, origin, 20, 1, look({theme: {...named, dim: bare.dim}, focused}))[0]!.trimEnd();
    expect(row(put('[1]', 0, 0))).toBe(' 1 <cursor:[><number:1>]');
    expect(row(put('[1]', 0, 3))).toBe(' 1 [<number:1>]<cursor: >');
    expect(row(put('日本', 0, 1))).toBe(' 1 日<cursor:本>');
    expect(row(put('', 0, 0))).toBe(' 1 <cursor: >');
    expect(row(put('[1]', 0, 0), false)).toBe(' 1 [<number:1>]');
  });

  it('marks where the JSON breaks, on the character or where one is missing', () => {
    const rows = (text: string, cursor = 0) => {
      const check = checkJson(text);
      const errorAt = check.valid ? null : check;
      return editorRows(
        put(text, 0, cursor),
        origin,
        24,
        2,
        look({theme: named, errorAt, focused: cursor > 0}),
      );
    };
    expect(rows('{"👍": tru}')[0]!.trimEnd()).toBe('<error: 1> {<key:"👍">: <error:t>ru}');
    expect(rows('[1, 2')[0]!.trimEnd()).toBe('<error: 1> [<number:1>, <number:2><error:␣>');
    expect(rows('{"a" 1}', 5)[0]!).toContain('<cursor:<error:1>>');
  });

  it('spells out what is not seen and keeps the columns', () => {
    const text = 'a\u001b[31mb\u0007\u200bc\r\td\u202e';
    expect(editorRows(bufferOf(text), origin, 50, 1, look())[0]!.trimEnd()).toBe(
      ' 1 a␛[31mb␇‹200B›c␍  d‹202E›',
    );
  });

  it('scrolls sideways by columns, halves no character, and says that there is more', () => {
    const buffer = bufferOf(`0123456789abcdefghijklmnop\n${'日本'.repeat(10)}\nshort`);
    expect(editorRows(buffer, {top: 0, left: 3}, 20, 3, look())).toEqual([
      ' 1‹3456789abcdefghi›',
      // Half of a character at the left edge, and at the right.
      ' 2‹…日本日本日本日…›',
      ' 3‹rt               ',
    ]);
  });

  it('follows the cursor down and sideways, and moves no more than it must', () => {
    const text = Array.from({length: 100}, (_, line) => `line ${line} ${'x'.repeat(100)}`).join('\n');
    expect(followCursor(put(text, 5, 2), origin, 40, 10)).toBe(origin);
    expect(followCursor(put(text, 10, 0), origin, 40, 10)).toEqual({top: 1, left: 0});
    expect(followCursor(put(text, 50, 0), {top: 60, left: 0}, 40, 10)).toEqual({top: 50, left: 0});
    const far = followCursor(put(text, 0, 90), origin, 40, 10);
    expect(far.left).toBeGreaterThan(90 - 36);
    expect(far.left).toBeLessThanOrEqual(90);
    expect(followCursor(put(text, 0, 0), far, 40, 10)).toEqual(origin);
    // Lines were deleted: no blank page.
    expect(followCursor(put('a\nb', 1, 0), {top: 80, left: 0}, 40, 10)).toEqual({top: 0, left: 0});
  });

  it('holds for any text, place and size: exact rows, the cursor seen, no control but the colours', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '"a": ',
        '{',
        '\n',
        '\t',
        '日本',
        '👨‍👩‍👧',
        '🇩',
        '\u0301',
        '\u200d',
        '\u0e33',
        '\u001b]52;c;x\u0007',
        '\u009b',
        '\ud83d',
        '\u1161',
        'ü',
      ),
      fc.string({unit: 'binary', maxLength: 4}),
    );
    const text = fc.array(piece, {maxLength: 40}).map(each => each.join(''));
    const size = fc.record({width: fc.integer({min: 1, max: 60}), height: fc.integer({min: 1, max: 6})});
    const scrolls = fc.record({top: fc.nat({max: 10}), left: fc.nat({max: 60})});
    fc.assert(
      fc.property(text, size, scrolls, fc.nat(), fc.nat(), (content, {width, height}, from, line, column) => {
        const {lines} = bufferOf(content);
        const at = line % lines.length;
        const buffer = put(content, at, column % (lines[at]!.length + 1));
        const scroll = followCursor(buffer, from, width, height);
        const check = checkJson(content);
        const errorAt = check.valid ? null : check;
        const rows = editorRows(buffer, scroll, width, height, {focused: true, errorAt, theme: colours});
        expect(rows).toHaveLength(height);
        for (const row of rows) {
          const shown = stripVTControlCharacters(row);
          expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
          expect(row.replace(/\u001b\[\d+m/g, '')).toBe(shown);
          expect(textWidth(shown)).toBe(width);
        }
        expect(rows.filter(row => row.includes('\u001b[7m'))).toHaveLength(1);
        expect(followCursor(buffer, scroll, width, height)).toBe(scroll);
        // Scrolled elsewhere, as before a change of size: still whole rows.
        for (const row of editorRows(buffer, from, width, height, look())) expect(textWidth(row)).toBe(width);
      }),
      {seed: 8, numRuns: 3000},
    );
  });

  it('looks only at the lines that are seen', () => {
    const buffer = put(
      '{"type": "email.send", "to": "ä@example.org", "n": 12.5},\n'.repeat(10_000),
      5000,
      10,
    );
    const scroll = followCursor(buffer, origin, 80, 40);
    editorRows(buffer, scroll, 80, 40, look({theme: colours}));
    const start = cpuTime();
    for (let times = 0; times < 20; times++) editorRows(buffer, scroll, 80, 40, look({theme: colours}));
    expect((cpuTime() - start) / 20).toBeLessThan(45);
  });

  it('draws the end of a line of 1 MB', () => {
    const text = '{"type": "größe 日本", "n": 12.5},'.repeat(33_000);
    const buffer = put(text, 0, text.length);
    const scroll = followCursor(buffer, origin, 80, 10);
    const start = cpuTime();
    const [row] = editorRows(buffer, scroll, 80, 10, look({focused: true, theme: colours}));
    expect(cpuTime() - start).toBeLessThan(3000);
    expect(stripVTControlCharacters(row!)).toMatch(/^ 1‹.*12\.5\}, /);
  });
});
