import {stripVTControlCharacters} from 'node:util';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {cell, exactly, type Piece, row, spread, wrap} from '../../source/interface/cells.ts';
import {createTheme} from '../../source/interface/theme.ts';
import {safeText} from '../../source/payload/safe-text.ts';
import {textWidth} from '../../source/payload/width.ts';

const theme = createTheme({});
const styles = Object.values(theme);
/** Any text at all, as it comes from outside. */
const anything = fc.oneof(
  fc.string({unit: 'binary', maxLength: 40}),
  fc.string({unit: 'grapheme', maxLength: 40}),
  fc.constantFrom('👍🏽', '例え', 'e\u0301', '🇩🇪🇫🇷', '👨‍👩‍👧', '\u0301\u0301', 'ｶﾞ', '한글', ''),
);
const width = fc.integer({min: 1, max: 120});
const safe = anything.map(text => safeText(text));
/** As rows are put together: apart from each other, or beginning with a mark that would join what is before it. */
const part = fc.oneof(
  safe.map(text => ` ${text}`),
  safe.map(text => `\u0301${text}`),
);
const piece: fc.Arbitrary<Piece> = fc.oneof(part, fc.tuple(part, fc.constantFrom(...styles)));
const pieces = fc.array(piece, {maxLength: 8});
const widthOnScreen = (text: string) => textWidth(stripVTControlCharacters(text));

describe('cells', () => {
  it('a row takes exactly its width, whatever it is made of', () => {
    fc.assert(
      fc.property(pieces, width, (each, columns) => {
        expect(widthOnScreen(row(each, columns))).toBe(columns);
      }),
    );
  });

  it('a row with two ends takes exactly its width', () => {
    fc.assert(
      fc.property(pieces, pieces, width, (start, end, columns) => {
        expect(widthOnScreen(spread(start, end, columns))).toBe(columns);
      }),
    );
  });

  it('a cell takes exactly its width', () => {
    fc.assert(
      fc.property(
        anything,
        width,
        fc.constantFrom('start' as const, 'end' as const),
        (text, columns, align) => {
          expect(textWidth(cell(text, columns, align))).toBe(columns);
        },
      ),
    );
  });

  it('a wrapped text fits, and loses nothing but blanks', () => {
    fc.assert(
      fc.property(safe, fc.integer({min: 2, max: 60}), (text, columns) => {
        const rows = wrap(text, columns);
        for (const each of rows) expect(textWidth(each)).toBeLessThanOrEqual(columns);
        expect(rows.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', '').replaceAll('\n', ''));
      }),
    );
  });

  it('an area has exactly its rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constant('x'), {maxLength: 20}),
        fc.integer({min: 0, max: 20}),
        (rows, height) => {
          expect(exactly(rows, {width: 1, height})).toHaveLength(height);
        },
      ),
    );
  });

  it('cuts with an ellipsis, and the left end before the right', () => {
    expect(row(['abcdef'], 4)).toBe('abc…');
    expect(spread(['a long name'], ['lag 5'], 12)).toBe('a lon… lag 5');
    expect(spread(['a long name'], ['a longer end'], 14)).toBe('a long name   ');
  });

  it('ends every style that it began', () => {
    fc.assert(
      fc.property(pieces, width, (each, columns) => {
        const drawn = row(each, columns);
        const ends =
          drawn.lastIndexOf('\u001B[') < 0 || /\u001B\[(2[2-9]|39|49)[;\d]*m[^\u001B]*$/.test(drawn);
        expect(ends).toBe(true);
      }),
    );
  });
});
