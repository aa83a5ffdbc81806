import fc from 'fast-check';
import stringWidth from 'string-width';
import {describe, expect, it} from 'vitest';
import {boundaryFrom, nextBoundary, previousBoundary} from '../../source/payload/graphemes.ts';
import {safeText} from '../../source/payload/safe-text.ts';
import {cutToWidth, eachCharacter, padToWidth, textWidth} from '../../source/payload/width.ts';
import {cpuTime} from '../support/cpu-time.ts';

// biome-ignore format: they are one thing
const pieces = fc.constantFrom(
  'a', ' ', 'ü', '…', '日', 'か', 'ﾞ', '\uff9e', '한', '\u1100', '\u1161', '👍', '👍🏽', '🏽', '👨‍👩‍👧', '\u200d', '🇩', '🇪',
  '\u0301', '\ufe0f', '©', '1', '\u20e3', 'ก', 'ำ', 'क', '्', 'षि', '\u0600', '\ud83d', '\udc4d', '㍿', 'Ａ', '\u3099',
);
const mixed = fc
  .array(fc.oneof(pieces, pieces, fc.string({unit: 'binary'})), {maxLength: 40})
  .map(each => each.join(''));
const segmenter = new Intl.Segmenter();
const boundariesOf = (text: string) =>
  [...segmenter.segment(text)].map(({index}) => index).concat(text.length);

describe('the width of text', () => {
  it('is that of string-width, for any text', () => {
    fc.assert(
      fc.property(mixed, text => {
        expect(textWidth(text)).toBe(stringWidth(text, {countAnsiEscapeCodes: true}));
      }),
      {seed: 5, numRuns: 4000},
    );
  });

  it('is that of string-width for every single character', () => {
    for (let code = 0; code < 0x1fb00; code++) {
      // What lies in between is all alike.
      if (code === 0x1200) code = 0x1f00;
      if (code === 0x3500) code = 0xab00;
      if (code === 0xad00) code = 0xd700;
      if (code === 0x10000) code = 0x1f000;
      const text = String.fromCodePoint(code);
      if (textWidth(text) !== stringWidth(text, {countAnsiEscapeCodes: true})) expect.fail(code.toString(16));
    }
  });

  it.each([
    ['notification', 8, 'notific…'],
    ['short', 8, 'short'],
    ['exact', 5, 'exact'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['👨‍👩‍👧👍', 3, '👨‍👩‍👧…'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['anything', 1, '…'],
    ['anything', 0, ''],
    ['anything', -3, ''],
    ['', 3, ''],
  ])('cuts %j to %i columns as %j', (text, width, cut) => {
    expect(cutToWidth(text, width)).toBe(cut);
  });

  it('never cuts a character in two, nor makes a text wider than asked', () => {
    fc.assert(
      fc.property(
        mixed.map(text => safeText(text)),
        fc.nat({max: 30}),
        (text, width) => {
          const cut = cutToWidth(text, width);
          expect(textWidth(cut)).toBeLessThanOrEqual(width);
          expect(textWidth(padToWidth(text, width))).toBe(width);
          expect(textWidth(padToWidth(text, width, 'end'))).toBe(width);
          if (cut !== text && width > 0) expect(boundariesOf(text)).toContain(cut.length - 1);
          else if (width > 0) expect(cut).toBe(text);
        },
      ),
      {seed: 6, numRuns: 3000},
    );
  });

  it('puts numbers at the end of their column', () => {
    expect(padToWidth('42', 5, 'end')).toBe('   42');
    expect(padToWidth('日', 5)).toBe('日   ');
  });

  it('cuts a text of 8 MB without reading it', () => {
    const long = 'ü日👍'.repeat(2_000_000);
    const start = cpuTime();
    for (let times = 0; times < 1000; times++) cutToWidth(long, 60);
    expect(cpuTime() - start).toBeLessThan(1500);
  });
});

describe('the characters of a text', () => {
  it('begin and end where Intl.Segmenter says, forwards and backwards, for any text', () => {
    fc.assert(
      fc.property(mixed, text => {
        const boundaries = boundariesOf(text);
        expect([...eachCharacter(text)].join('')).toBe(text);
        for (const [index, at] of boundaries.entries()) {
          if (index > 0) {
            expect(nextBoundary(text, boundaries[index - 1]!)).toBe(at);
            expect(previousBoundary(text, at)).toBe(boundaries[index - 1]);
          }
        }
        for (let at = 0; at <= text.length; at++)
          expect(boundaryFrom(text, at)).toBe(boundaries.find(each => each >= at) ?? text.length);
      }),
      {seed: 9, numRuns: 3000},
    );
  });

  it('are found also where one is longer than anybody would write', () => {
    const flood = `a${'\u0301'.repeat(500)}`;
    expect(nextBoundary(`${flood}b`, 0)).toBe(501);
    expect(previousBoundary(`xy${flood}b`, 503)).toBe(2);
  });
});
