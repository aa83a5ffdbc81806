import fc from 'fast-check';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import widestLine, {quickWidth} from '../../source/interface/widest-line.ts';
import {safeText} from '../../source/payload/safe-text.ts';

const widestByLibrary = (text: string) => Math.max(...text.split('\n').map(line => stringWidth(line)));

test('measures what the interface draws as the library does that it stands for', () => {
  const piece = fc.oneof(
    fc.string({unit: 'grapheme', maxLength: 8}).map(text => safeText(text)),
    fc.constantFrom(
      '✓ committed',
      '…',
      '日本語',
      '👩‍🚀',
      '\u001B[2m',
      '\u001B[1;97;44m',
      '\u001B[22;39;49m',
      '\n',
      ' ',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, {maxLength: 12}), pieces => {
      const text = pieces.join('');
      expect(widestLine(text)).toBe(widestByLibrary(text));
      for (const line of text.split('\n')) expect(quickWidth(line)).toBe(stringWidth(line));
    }),
    {numRuns: 2000},
  );
});

test('leaves sequences that are no styles to the library', () => {
  const link = '\u001B]8;;https://example.org\u0007✓ link\u001B]8;;\u0007';
  expect(widestLine(link)).toBe(6);
  expect(widestLine('')).toBe(0);
});

test('measures the same again after many other texts', () => {
  for (let round = 0; round < 3; round++) {
    for (let at = 0; at < 700; at++) expect(widestLine(`✓${'x'.repeat(at)}`)).toBe(at + 1);
  }
});
