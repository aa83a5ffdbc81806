import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  bufferOf,
  type EditAction,
  edit,
  placeOf,
  type TextBuffer,
  textOf,
} from '../../../../source/interface/parts/editor/text-buffer.ts';
import {cpuTime} from '../../../support/cpu-time.ts';

/** A buffer from text in which `|` is the cursor. */
function at(marked: string): TextBuffer {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  const place = {line: before.length - 1, column: before.at(-1)!.length};
  return edit(bufferOf(marked.replace('|', '')), {type: 'go-to', ...place});
}

/** The text with `|` where the cursor is. */
function marked({lines, cursor}: TextBuffer): string {
  return lines
    .map((line, index) =>
      index === cursor.line ? `${line.slice(0, cursor.column)}|${line.slice(cursor.column)}` : line,
    )
    .join('\n');
}

function edited(start: string | TextBuffer, ...actions: EditAction[]): TextBuffer {
  return actions.reduce(edit, typeof start === 'string' ? at(start) : start);
}

const move = (motion: (EditAction & {type: 'move'})['motion']): EditAction => ({type: 'move', motion});
const type = (text: string): EditAction[] => [...text].map(each => ({type: 'insert', text: each}));
const lines = (by: number): EditAction => ({type: 'move-lines', by});
const undo: EditAction = {type: 'undo'};
const redo: EditAction = {type: 'redo'};

describe('the text buffer', () => {
  describe('typing and erasing', () => {
    it.each<[string, string, EditAction]>([
      ['a|c', 'ab|c', {type: 'insert', text: 'b'}],
      ['a|', 'a\nb\nc|', {type: 'paste', text: '\r\nb\rc'}],
      ['ab|', 'a|', {type: 'backspace'}],
      ['a\n|b', 'a|b', {type: 'backspace'}],
      ['|a', '|a', {type: 'backspace'}],
      ['👨‍👩‍👧|b', '|b', {type: 'backspace'}],
      ['e\u0301|b', '|b', {type: 'backspace'}],
      ['|🇩🇪x', '|x', {type: 'delete'}],
      ['a|\nb', 'a|b', {type: 'delete'}],
      ['a|', 'a|', {type: 'delete'}],
      ['"user-id": |1', '"user-|1', {type: 'delete-word-back'}],
      ['one\n|two', 'one|two', {type: 'delete-word-back'}],
      ['one| two three', 'one| three', {type: 'delete-word-forward'}],
      ['one|\n  two', 'one|  two', {type: 'delete-word-forward'}],
      ['one |two\nx', 'one |\nx', {type: 'kill-to-end'}],
      ['one|\nx', 'one|x', {type: 'kill-to-end'}],
      ['  one |two', '|two', {type: 'kill-to-start'}],
    ])('%j becomes %j', (before, expected, action) => {
      expect(marked(edited(before, action))).toBe(expected);
    });

    it('keeps tabs and other invisible characters verbatim', () => {
      const text = '\t{"a":\u200b"\u001b[31m"}\r\n';
      expect(textOf(bufferOf(text))).toBe(text);
      expect(textOf(edited('|', {type: 'paste', text: '\ta\u0007'}))).toBe('\ta\u0007');
    });

    it('has the cursor behind a mark that became one with the character before', () => {
      expect(marked(edited('|\u0301x', {type: 'insert', text: 'e'}))).toBe('e\u0301|x');
    });
  });

  describe('a new line', () => {
    it.each([
      ['  "a": 1,|', '  "a": 1,\n  |'],
      ['{|', '{\n  |'],
      ['{|}', '{\n  |\n}'],
      ['  "to": [| ]', '  "to": [\n    |\n  ]'],
      ['\t{|', '\t{\n\t\t|'],
      ['{"a": 1,| "b": 2}', '{"a": 1,\n|"b": 2}'],
      ['|{', '\n|{'],
    ])('after %j is indented: %j', (before, expected) => {
      expect(marked(edited(before, {type: 'newline'}))).toBe(expected);
    });

    it('that begins with a closing bracket goes one level out', () => {
      expect(
        marked(
          edited('|', ...type('{'), {type: 'newline'}, ...type('"a": 1'), {type: 'newline'}, ...type('}')),
        ),
      ).toBe('{\n  "a": 1\n}|');
    });
  });

  describe('moving', () => {
    it.each<[string, string, EditAction]>([
      ['a|👍b', 'a👍|b', move('right')],
      ['a👍|b', 'a|👍b', move('left')],
      ['a|\nb', 'a\n|b', move('right')],
      ['a\n|b', 'a|\nb', move('left')],
      ['|  one two', '  one| two', move('word-right')],
      ['  one two|', '  one |two', move('word-left')],
      ['one|\n  two', 'one\n  two|', move('word-right')],
      ['one\n|two', '|one\ntwo', move('word-left')],
      ['für| größe', 'für größe|', move('word-right')],
      ['  one| two', '  |one two', move('line-start')],
      ['  |one two', '|  one two', move('line-start')],
      ['|  one two', '  |one two', move('line-start')],
      ['o|ne\ntwo', 'one|\ntwo', move('line-end')],
      ['one\nt|wo', '|one\ntwo', move('start')],
      ['o|ne\ntwo', 'one\ntwo|', move('end')],
      ['one\ntwo|\nthree', 'one|\ntwo\nthree', lines(-1)],
      ['one\nt|wo\nthree', 'one\ntwo\nt|hree', lines(+20)],
    ])('%j becomes %j', (before, expected, action) => {
      expect(marked(edited(before, action))).toBe(expected);
    });

    it('up and down keeps the column of the screen, through shorter lines and wide characters', () => {
      const start = at('abcde|f\nx\n日本語\n\tabcdef');
      const first = edited(start, lines(1));
      expect(marked(first)).toBe('abcdef\nx|\n日本語\n\tabcdef');
      const second = edited(first, lines(1));
      expect(marked(second)).toBe('abcdef\nx\n日本|語\n\tabcdef');
      expect(marked(edited(second, lines(1)))).toBe('abcdef\nx\n日本語\n\tabc|def');
      expect(marked(edited(second, lines(-2)))).toBe('abcde|f\nx\n日本語\n\tabcdef');
      expect(marked(edited(first, move('line-start'), lines(1)))).toBe('abcdef\nx\n|日本語\n\tabcdef');
    });

    it('goes where a check says that the text breaks', () => {
      const buffer = bufferOf('{\n"👍": tru}');
      expect(placeOf(buffer, {line: 2, column: 6})).toEqual({line: 1, column: 6});
      expect(placeOf(buffer, {line: 9, column: 90})).toEqual({line: 1, column: 10});
    });
  });

  describe('undo', () => {
    it('takes typing back word by word, and gives it again', () => {
      const typed = edited('|', ...type('one two  three'));
      expect(marked(edited(typed, undo))).toBe('one two  |');
      expect(marked(edited(typed, undo, undo))).toBe('one |');
      expect(marked(edited(typed, undo, undo, undo))).toBe('|');
      expect(marked(edited(typed, undo, undo, undo, undo))).toBe('|');
      expect(marked(edited(typed, undo, undo, redo))).toBe('one two  |');
      expect(marked(edited(typed, undo, undo, redo, redo, redo))).toBe('one two  three|');
    });

    it('takes erasing back word by word', () => {
      const erased = edited('one two|', ...Array.from({length: 5}, (): EditAction => ({type: 'backspace'})));
      expect(marked(erased)).toBe('on|');
      expect(marked(edited(erased, undo))).toBe('one|');
      expect(marked(edited(erased, undo, undo))).toBe('one two|');
      const deleted = edited('|ab cd', ...Array.from({length: 4}, (): EditAction => ({type: 'delete'})));
      expect(marked(edited(deleted, undo))).toBe('|cd');
      expect(marked(edited(deleted, undo, undo))).toBe('|ab cd');
    });

    it('keeps typing apart that was done in different places', () => {
      const typed = edited('|x', ...type('ab'), move('end'), ...type('cd'));
      expect(marked(edited(typed, undo))).toBe('abx|');
      expect(marked(edited(typed, undo, undo))).toBe('|x');
      const still = edited('|', ...type('a'), move('end'), ...type('b'));
      expect(marked(edited(still, undo))).toBe('a|');
    });

    it('takes a paste, a new line and a replacement back each by itself', () => {
      const changed = edited(
        'a|',
        {type: 'paste', text: 'b\nc'},
        {type: 'newline'},
        {type: 'replace-all', text: 'new'},
      );
      expect(marked(edited(changed, undo))).toBe('ab\nc\n|');
      expect(marked(edited(changed, undo, undo))).toBe('ab\nc|');
      expect(marked(edited(changed, undo, undo, undo))).toBe('a|');
    });

    it('cannot give again what was taken back before something new', () => {
      expect(marked(edited('|', ...type('a b'), undo, ...type('c'), redo))).toBe('a c|');
    });

    it('holds a bounded amount of text', () => {
      let buffer = bufferOf('');
      for (let times = 0; times < 40; times++) {
        buffer = edit(buffer, {type: 'paste', text: 'x'.repeat(999_999)});
        buffer = edit(buffer, {type: 'replace-all', text: `${times}`});
      }
      const held = buffer.undo.reduce((sum, {edit}) => sum + edit.removed.length + edit.inserted.length, 0);
      expect(held).toBeLessThan(32_000_001);
      for (let times = 0; times < 3000; times++) buffer = edit(buffer, {type: 'newline'});
      expect(buffer.undo.length).toBe(1000);
    });
  });

  it('keeps the cursor at its token where the text is only formatted', () => {
    expect(marked(edited('{"a":1,"b|":2}', {type: 'replace-all', text: '{\n  "a": 1,\n  "b": 2\n}'}))).toBe(
      '{\n  "a": 1,\n  "b|": 2\n}',
    );
    expect(marked(edited('abc|', {type: 'replace-all', text: ''}))).toBe('|');
  });

  it('is the same buffer where an action changes nothing, so that nothing is drawn anew', () => {
    const buffer = bufferOf('a');
    for (const action of [
      move('left'),
      undo,
      redo,
      {type: 'backspace'},
      {type: 'replace-all', text: 'a'},
    ] as const)
      expect(edit(buffer, action)).toBe(buffer);
  });

  describe('is quick', () => {
    const median = (times: number, work: () => void) => {
      const taken = Array.from({length: times}, () => {
        const start = cpuTime();
        work();
        return cpuTime() - start;
      });
      return taken.sort((left, right) => left - right)[times >> 1]!;
    };

    it('with a paste of 1 MB, which is one step', () => {
      const text = '{"type": "email.send", "to": "user@example.org"}\r\n'.repeat(20_000);
      const start = cpuTime();
      const pasted = edited('[|]', {type: 'paste', text});
      expect(cpuTime() - start).toBeLessThan(300);
      expect(pasted.lines).toHaveLength(20_001);
      expect(marked(edited(pasted, undo))).toBe('[|]');
    });

    it('with every key in 10,000 lines', () => {
      let buffer = edit(bufferOf('{"type": "email.send"},\n'.repeat(10_000)), {
        type: 'go-to',
        line: 5000,
        column: 3,
      });
      const keys: EditAction[] = [
        ...type('abc d'),
        {type: 'newline'},
        {type: 'backspace'},
        lines(1),
        move('word-left'),
      ];
      const each = median(100, () => {
        for (const key of keys) buffer = edit(buffer, key);
      });
      expect(each / keys.length).toBeLessThan(6);
    });

    it('with every key in one line of 1 MB', () => {
      let buffer = bufferOf(`${'{"type": "größe 日本"},'.repeat(50_000)}\nx`);
      buffer = edit(buffer, {type: 'go-to', line: 0, column: 500_000});
      const keys: EditAction[] = [
        ...type('aü'),
        move('left'),
        move('word-left'),
        {type: 'backspace'},
        lines(1),
        lines(-1),
      ];
      const each = median(9, () => {
        for (const key of keys) buffer = edit(buffer, key);
      });
      expect(each / keys.length).toBeLessThan(150);
    });
  });

  it('holds for any actions: the cursor between two characters, and undo takes everything back', () => {
    const text = fc.constantFrom(
      'a',
      ' ',
      '}',
      '{',
      '\n',
      '\r\n',
      '👍',
      '\u200d',
      '\u0301',
      '🇩',
      'x y',
      '日',
      '\t',
      '\ud83d',
    );
    const motion = fc.constantFrom(
      'left',
      'right',
      'word-left',
      'word-right',
      'line-start',
      'line-end',
      'start',
      'end',
    );
    const kinds = ['newline', 'backspace', 'delete', 'delete-word-back', 'delete-word-forward'] as const;
    const action = fc.oneof(
      fc.record({type: fc.constantFrom('insert' as const, 'paste' as const), text}),
      fc.record({type: fc.constant('move' as const), motion}) as fc.Arbitrary<EditAction>,
      fc.record({type: fc.constant('move-lines' as const), by: fc.integer({min: -3, max: 3})}),
      fc.record({
        type: fc.constantFrom(...kinds, 'kill-to-end', 'kill-to-start', 'undo', 'redo'),
      }) as fc.Arbitrary<EditAction>,
      fc.record({type: fc.constant('replace-all' as const), text}),
    );
    const segmenter = new Intl.Segmenter();
    const start = fc.array(text, {maxLength: 12}).map(each => each.join(''));
    fc.assert(
      fc.property(start, fc.array(action, {maxLength: 40}), (from, actions) => {
        const first = bufferOf(from);
        let buffer = first;
        let steps = 0;
        for (const each of actions) {
          buffer = edit(buffer, each);
          const line = buffer.lines[buffer.cursor.line]!;
          const {column} = buffer.cursor;
          const boundaries = [...segmenter.segment(line)].map(({index}) => index).concat(line.length);
          expect(boundaries).toContain(column);
          expect(textOf(buffer).split('\n')).toEqual(buffer.lines);
          steps++;
        }
        const last = textOf(buffer);
        const undone = edited(buffer, ...Array(steps).fill(undo));
        expect(textOf(undone)).toBe(from);
        const {length} = undone.redo;
        if (buffer.redo.length === 0) expect(textOf(edited(undone, ...Array(length).fill(redo)))).toBe(last);
      }),
      {seed: 12, numRuns: 2000},
    );
  });
});
