import {gzipSync, zstdCompressSync} from 'node:zlib';
import fc from 'fast-check';
import lz4 from 'lz4js';
import snappy from 'snappyjs';
import {describe, expect, it} from 'vitest';
import {compressions, decompress} from '../../source/wire/decompress.ts';
import {decompressSnappy} from '../../source/wire/snappy.ts';
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

/** Frames blocks as snappy-java does: magic, version 1, oldest version that can read it 1, then length and block. */
function xerial(...blocks: readonly Buffer[]): Buffer {
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const framed = blocks.flatMap(block => {
    const compressed = Buffer.from(snappy.compress(block));
    const length = Buffer.alloc(4);
    length.writeInt32BE(compressed.length);
    return [length, compressed];
  });
  return Buffer.concat([header, ...framed]);
}

describe('snappy', () => {
  it('reads one raw block, as librdkafka writes it', () => {
    // 5 bytes in all; a literal of 5.
    expect(decompressSnappy(Buffer.from('\x05\x10hello', 'latin1'), most).toString()).toBe('hello');
  });

  it("reads the Java clients' frame, of any number of blocks", () => {
    const blocks = ['first ', 'x'.repeat(40_000), ' last'].map(each => Buffer.from(each));
    expect(decompressSnappy(xerial(...blocks), most)).toEqual(Buffer.concat(blocks));
    expect(decompressSnappy(xerial(), most)).toEqual(Buffer.alloc(0));
    expect(() => decompressSnappy(xerial(...blocks).subarray(0, -1), most)).toThrow('cut off');
  });
});

describe('what kcat reads, and the compressors of before did not', () => {
  const parts = ['first '.repeat(50), 'second '.repeat(50)].map(text => Buffer.from(text));

  it('zstd in two frames', () => {
    const frames = Buffer.concat(parts.map(part => zstdCompressSync(part)));
    expect(decompress(compressions.zstd, frames, most)).toEqual(Buffer.concat(parts));
    expect(() => decompress(compressions.zstd, Buffer.concat([frames, Buffer.from('rest')]), most)).toThrow();
  });

  it('LZ4 in two frames', () => {
    const frames = Buffer.concat(parts.map(compressed.lz4));
    expect(decompress(compressions.lz4, frames, most)).toEqual(Buffer.concat(parts));
  });

  it('LZ4 with checksums of its blocks and of all', () => {
    const text = Buffer.from('hello');
    const frame = lz4Frame(0x60 | 0x10 | 0x04, [{bytes: text, plain: true}], {
      checksums: true,
      content: true,
    });
    expect(decompress(compressions.lz4, frame, most)).toEqual(text);
  });

  it('LZ4 with blocks that refer back, where that is allowed', () => {
    const first = {bytes: Buffer.from('abcdefgh'), plain: true};
    // No literal, then a copy of 8 from 8 before; and 5 literals to end with.
    const second = {bytes: Buffer.from([0x04, 8, 0, 0x50, ...Buffer.from('12345')]), plain: false};
    const frame = lz4Frame(0x40, [first, second]);
    expect(decompress(compressions.lz4, frame, most, {linked: true}).toString()).toBe(
      'abcdefghabcdefgh12345',
    );
    expect(() => decompress(compressions.lz4, frame, most)).toThrow('depend on each other');
  });
});

describe('what claims more than it has', () => {
  it('is refused before anything is allocated', () => {
    const snappyClaim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x61]);
    expect(() => decompress(compressions.snappy, snappyClaim, most)).toThrow(TooLargeError);
    const smaller = Buffer.from([0xff, 0xff, 0xff, 0x07, 0x00, 0x61]);
    expect(() => decompress(compressions.snappy, smaller, most)).toThrow('the length it claims');
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(64n * 1024n ** 3n);
    const lz4Claim = lz4Frame(0x68, [{bytes: Buffer.from('hello'), plain: true}], {size});
    expect(() => decompress(compressions.lz4, lz4Claim, most)).toThrow(TooLargeError);
    size.writeBigUInt64LE(6n);
    const wrong = lz4Frame(0x68, [{bytes: Buffer.from('hello'), plain: true}], {size});
    expect(() => decompress(compressions.lz4, wrong, most)).toThrow('the length it claims');
    const huge = Buffer.alloc(4);
    huge.writeUInt32LE(0x7fff_ffff);
    const block = Buffer.concat([lz4Frame(0x60, []).subarray(0, 7), huge, Buffer.alloc(80)]);
    expect(() => decompress(compressions.lz4, block, most)).toThrow('cut off');
  });
});

type Block = {readonly bytes: Buffer; readonly plain: boolean};

/** A frame of LZ4 with this descriptor, blocks of at most 64 KiB. */
function lz4Frame(
  descriptor: number,
  blocks: readonly Block[],
  {size = Buffer.alloc(0), checksums = false, content = false} = {},
): Buffer {
  const word = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const framed = blocks.flatMap(({bytes, plain}) => [
    word(bytes.length + (plain ? 0x8000_0000 : 0)),
    bytes,
    ...(checksums ? [word(1)] : []),
  ]);
  const head = [word(0x184d_2204), Buffer.from([descriptor, 0x40]), size, Buffer.from([0])];
  return Buffer.concat([...head, ...framed, word(0), ...(content ? [word(1)] : [])]);
}
