import {gzipSync, zstdCompressSync} from 'node:zlib';
import fc from 'fast-check';
import lz4 from 'lz4js';
import snappy from 'snappyjs';
import {describe, expect, it} from 'vitest';
import {compressions, decompress} from '../../source/wire/decompress.ts';
import {TooLargeError} from '../../source/wire/too-large.ts';
import {withIndependentBlocks} from '../broker/support/odd-batches.ts';

const most = 32 * 1024 * 1024;

const compressed: Readonly<Record<keyof typeof compressions, (plain: Buffer) => Buffer>> = {
  gzip: plain => gzipSync(plain),
  snappy: plain => Buffer.from(snappy.compress(plain)),
  lz4: plain => withIndependentBlocks(Buffer.from(lz4.compress(plain))),
  zstd: plain => zstdCompressSync(plain),
};
const names = Object.keys(compressed) as (keyof typeof compressions)[];

/** Bytes with repetitions near and far, as compressors look for. */
const plains = fc
  .array(fc.tuple(fc.uint8Array({minLength: 1, maxLength: 40}), fc.integer({min: 1, max: 200})), {
    maxLength: 20,
  })
  .map(parts => Buffer.concat(parts.flatMap(([bytes, times]) => Array.from({length: times}, () => bytes))));

describe.each(names)('decompressing %s', name => {
  it('gives back what another compressor was given', () => {
    fc.assert(
      fc.property(plains, plain => {
        expect(decompress(compressions[name], compressed[name](plain), most).equals(plain)).toBe(true);
      }),
      {numRuns: 300},
    );
  });

  it('gives back many megabytes', () => {
    const plain = Buffer.alloc(9_000_000, 'a line of text\n');
    for (let at = 0; at < 2_000_000; at++) plain[at] = (at * at) % 251;
    expect(decompress(compressions[name], compressed[name](plain), most).equals(plain)).toBe(true);
  });

  it('refuses more than it may give, and says so', () => {
    const bomb = compressed[name](Buffer.alloc(8_000_000));
    expect(() => decompress(compressions[name], bomb, 1_000_000)).toThrow(TooLargeError);
  });

  it('ends with an error or with something, whatever the bytes are', () => {
    const damaged = fc.tuple(plains, fc.array(fc.tuple(fc.nat(), fc.nat(255)), {maxLength: 6}), fc.nat(30));
    fc.assert(
      fc.property(damaged, ([plain, changes, cut]) => {
        const bytes = Buffer.from(compressed[name](plain));
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        let given = 0;
        try {
          given = decompress(compressions[name], bytes.subarray(0, bytes.length - cut), most).length;
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        expect(given).toBeLessThanOrEqual(most);
      }),
      {numRuns: 1000},
    );
  });
});

it("reads Java's snappy in blocks, and refuses one that is cut off", () => {
  const blocks = ['first', 'second'].map(text => Buffer.from(snappy.compress(Buffer.from(text))));
  const framed = Buffer.concat([
    Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
    ...blocks.flatMap(block => {
      const size = Buffer.alloc(4);
      size.writeInt32BE(block.length, 0);
      return [size, block];
    }),
  ]);
  expect(decompress(compressions.snappy, framed, most).toString()).toBe('firstsecond');
  expect(() => decompress(compressions.snappy, framed.subarray(0, -1), most)).toThrow('cut off');
});
