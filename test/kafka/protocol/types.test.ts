import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {MalformedAnswer, Reader} from '../../../source/kafka/protocol/reader.ts';
import {Writer} from '../../../source/kafka/protocol/writer.ts';

describe.each([
  {kind: 'classic', isFlexible: false},
  {kind: 'flexible', isFlexible: true},
])("Kafka's $kind types", ({isFlexible}) => {
  const values = fc.record({
    numbers: fc.tuple(
      fc.integer({min: -128, max: 127}),
      fc.integer({min: -32_768, max: 32_767}),
      fc.integer({min: -(2 ** 31), max: 2 ** 31 - 1}),
      fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n}),
    ),
    texts: fc.array(fc.option(fc.string({unit: 'grapheme', maxLength: 300}))),
    bytes: fc.uint8Array({maxLength: 300}),
    truth: fc.boolean(),
  });
  type Values = typeof values extends fc.Arbitrary<infer T> ? T : never;

  function written({numbers: [a, b, c, d], texts, bytes, truth}: Values): Buffer {
    const writer = new Writer(isFlexible);
    writer.int8(a).int16(b).int32(c).int64(d);
    writer.array(texts, text => writer.nullableString(text));
    return writer.bytes(Buffer.from(bytes)).boolean(truth).tags().toBuffer();
  }

  function read(buffer: Buffer): Values {
    const reader = new Reader(buffer, isFlexible);
    const found: Values = {
      numbers: [reader.int8(), reader.int16(), reader.int32(), reader.int64()],
      texts: reader.array(() => reader.nullableString()),
      bytes: Uint8Array.from(reader.bytes()),
      truth: reader.boolean(),
    };
    reader.tags();
    return found;
  }

  it('are read as they were written', () => {
    fc.assert(
      fc.property(values, each => {
        expect(read(written(each))).toEqual(each);
      }),
    );
  });

  it('that are cut off anywhere are told, and never read from beyond', () => {
    fc.assert(
      fc.property(values, fc.double({min: 0, max: 1, noNaN: true, maxExcluded: true}), (each, part) => {
        const whole = written(each);
        const cut = whole.subarray(0, Math.floor(whole.length * part));
        expect(() => read(cut)).toThrow(MalformedAnswer);
      }),
    );
  });

  it('of any bytes are read or told, and take no more memory than what came', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 200}), bytes => {
        const buffer = Buffer.from(bytes);
        try {
          expect(read(buffer).texts.length).toBeLessThanOrEqual(buffer.length);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedAnswer);
        }
      }),
    );
  });
});

describe('flexible types', () => {
  it('pass tagged fields that are not known', () => {
    const reader = new Reader(Buffer.from('02 00 02 ffff 07 00 2a'.replaceAll(' ', ''), 'hex'), true);
    reader.tags();
    expect(reader.int8()).toBe(0x2a);
  });

  it('refuse a length that has no end', () => {
    expect(() => new Reader(Buffer.alloc(20, 0xff), true).bytes()).toThrow(/too long/);
  });

  it('write long lengths in groups of seven', () => {
    expect(new Writer(true).string('x'.repeat(249)).toBuffer().subarray(0, 2).toString('hex')).toBe('fa01');
  });
});
