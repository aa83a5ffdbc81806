import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {checkUtf8} from '../../source/payload/check-utf8.ts';

const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
const isText = (bytes: Uint8Array) => {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
};

describe('bytes as UTF-8', () => {
  it.each([
    ['a lonely byte', [0x61, 0xff], 1, 1, 2],
    ['a continuation without a beginning', [0x0a, 0x61, 0x80], 2, 2, 2],
    ['a surrogate', [0xed, 0xa0, 0x80], 0, 1, 1],
    ['an overlong slash', [0xc0, 0xaf], 0, 1, 1],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], 0, 1, 1],
    ['one that is cut off, behind an é and a line end', [0xc3, 0xa9, 0x0a, 0x78, 0xe2, 0x82], 4, 2, 2],
  ])('are not: %s', (_, bytes, byteOffset, line, column) => {
    expect(checkUtf8(Buffer.from(bytes))).toMatchObject({valid: false, byteOffset, line, column});
  });

  it('keep a byte order mark, to be seen', () => {
    expect(checkUtf8(Buffer.from('\uFEFF{}'))).toEqual({valid: true, text: '\uFEFF{}'});
  });

  it('break where the platform’s decoder says: all before is text, and with one character more it is not', () => {
    const piece = fc.oneof(
      fc.string({unit: 'grapheme'}).map(text => Buffer.from(text)),
      fc.uint8Array({maxLength: 4}),
    );
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 6}), pieces => {
        const bytes = Buffer.concat(pieces);
        const check = checkUtf8(bytes);
        expect(check.valid).toBe(isText(bytes));
        if (check.valid) {
          expect(check.text).toBe(decoder.decode(bytes));
          return;
        }
        const {byteOffset} = check;
        expect(isText(bytes.subarray(0, byteOffset))).toBe(true);
        for (let length = 1; length <= 4; length++)
          expect(isText(bytes.subarray(byteOffset, byteOffset + length))).toBe(false);
      }),
      {seed: 3, numRuns: 2000},
    );
  });
});
