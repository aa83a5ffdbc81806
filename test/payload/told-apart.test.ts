import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {bytesToldApart} from '../../source/payload/told-apart.ts';

const shown = (text: string) => bytesToldApart(Buffer.from(text));

describe('bytes that are shown', () => {
  it('are plain text where nothing else looks like it', () => {
    expect(shown('u-17')).toBe('u-17');
    expect(shown('für "alle"')).toBe('für "alle"');
  });

  it('tell null, the empty text and the text null apart', () => {
    expect(bytesToldApart(null)).toBe('null');
    expect(shown('')).toBe('""');
    expect(shown('null')).toBe('"null"');
    expect(shown('"null"')).toBe('"\\"null\\""');
    expect(shown('–')).toBe('"–"');
  });

  it('tell bytes from a text that looks like them', () => {
    expect(bytesToldApart(Buffer.from([0xff, 0]))).toBe('0xff00');
    expect(shown('0xff00')).toBe('"0xff00"');
  });

  it('show blanks at the ends, and never what steers a terminal', () => {
    expect(shown(' a ')).toBe('" a "');
    expect(shown('\u001b[2J')).toBe('␛[2J');
    expect(shown(' \u001b\u202e')).not.toMatch(/[\u001b\u202e]/);
  });

  it('look different where they are (generated)', () => {
    const text = fc.oneof(
      fc.string({maxLength: 6}),
      fc.constantFrom('null', '', '""', '"null"', '0x', '0x6e', ' '),
    );
    const bytes = fc.option(
      fc.oneof(
        text.map(each => Buffer.from(each)),
        fc.uint8Array({maxLength: 3}).map(each => Buffer.from(each)),
      ),
    );
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const isSame = one === null || other === null ? one === other : one.equals(other);
        expect(bytesToldApart(one) === bytesToldApart(other)).toBe(isSame);
      }),
      {seed: 5, numRuns: 500},
    );
  });
});
