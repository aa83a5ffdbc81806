import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {safeBytes, safeJson, safeText} from '../../source/payload/safe-text.ts';

describe('safe text', () => {
  it.each([
    ['plain text and umlauts', 'für Ünal – 日本 👍', 'für Ünal – 日本 👍'],
    ['an escape sequence', '\u001b[31mred', '␛[31mred'],
    ['a clipboard write', '\u001b]52;c;AAAA\u0007', '␛]52;c;AAAA␇'],
    ['C1 controls', '\u009b31m', '‹009B›31m'],
    ['a right-to-left override', 'abc\u202Etxt.exe', 'abc‹202E›txt.exe'],
    ['zero width', 'pay\u200bpal', 'pay‹200B›pal'],
    ['tags', `a${String.fromCodePoint(0xe0041)}`, 'a‹E0041›'],
    ['a lone surrogate', 'a\ud800b', 'a‹D800›b'],
    ['newline, tab, delete', 'a\nb\tc\u007f', 'a␊b␉c␡'],
  ])('makes %s visible', (_, text, safe) => {
    expect(safeText(text)).toBe(safe);
  });

  it('keeps line ends where lines are drawn', () => {
    expect(safeText('a\n\tb\r\n', {lines: true})).toBe('a\n  b␍\n');
  });

  it('counts a flood of combining marks instead of drawing it', () => {
    expect(safeText(`a${'\u0301'.repeat(40)}`)).toBe(`a${'\u0301'.repeat(4)}‹+36 marks›`);
  });

  it('lets no control, invisible or lone character through, for any text, and is done in one go', () => {
    const units = fc.array(
      fc.oneof(
        fc.integer({min: 0, max: 0xffff}),
        fc.integer({min: 0, max: 0x9f}),
        fc.constantFrom(0x1b, 0x202e, 0x2066, 0x200d, 0xfeff, 0xd800, 0xdc00, 0xdb40, 0x0301, 0xfe0f),
      ),
      {maxLength: 60},
    );
    fc.assert(
      fc.property(units, codes => {
        const safe = safeText(String.fromCharCode(...codes));
        expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(safeText(safe)).toBe(safe);
      }),
      {seed: 3, numRuns: 2000},
    );
  });

  it('shows bytes that are no UTF-8 in hexadecimal', () => {
    expect(safeBytes(Buffer.from([0xc0, 0xaf, 0x1b]))).toBe('0xc0af1b');
    expect(safeBytes(Buffer.from('\u001bx'))).toBe('␛x');
    expect(safeBytes(null)).toBe('null');
  });

  it('says the same in JSON, with nothing in it that a terminal should not get', () => {
    const texts = fc.array(
      fc.oneof(
        fc.integer({min: 0, max: 0x10ffff}).map(code => String.fromCodePoint(code)),
        fc.constantFrom(
          '\u061c',
          '\u00ad',
          '\u{e0041}',
          '\u{e007f}',
          '\u202e',
          '\u009b31m',
          '\u180e',
          '\ufeff',
        ),
      ),
    );
    fc.assert(
      fc.property(texts, parts => {
        const json = safeJson(JSON.stringify({[parts.join('')]: parts}));
        expect(json).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u{e0000}-\u{e007f}]/u);
        expect(JSON.parse(json)).toEqual({[parts.join('')]: parts});
      }),
    );
    expect(safeJson(JSON.stringify('für 日本 👍'))).toBe('"für 日本 👍"');
  });
});
