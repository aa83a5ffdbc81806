import {gzipSync, zstdCompressSync} from 'node:zlib';
import fc from 'fast-check';
import lz4 from 'lz4js';
import snappy from 'snappyjs';
import {describe, expect, it} from 'vitest';
import {compressions, decompress, decompressBeside} from '../../source/wire/decompress.ts';
import {decompressLz4} from '../../source/wire/lz4.ts';
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
      {numRuns: 200},
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

  it('refuses what is cut off, wherever', () => {
    const whole = compressed[name](Buffer.from('some words, some words, and some other words'.repeat(20)));
    for (let length = 1; length < whole.length; length++)
      expect(() => decompress(compressions[name], whole.subarray(0, length), most)).toThrow();
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
      {numRuns: 500},
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
    expect(decompress(compressions.snappy, Buffer.from('\x05\x10hello', 'latin1'), most).toString()).toBe(
      'hello',
    );
  });

  it("reads the Java clients' frame, of any number of blocks", () => {
    const blocks = ['first ', 'x'.repeat(40_000), ' last'].map(each => Buffer.from(each));
    expect(decompress(compressions.snappy, xerial(...blocks), most)).toEqual(Buffer.concat(blocks));
    expect(decompress(compressions.snappy, xerial(), most)).toEqual(Buffer.alloc(0));
    expect(() => decompress(compressions.snappy, xerial(...blocks).subarray(0, -1), most)).toThrow('cut off');
    expect(() => decompress(compressions.snappy, xerial().subarray(0, 12), most)).toThrow('cut off');
  });
});

describe('what kcat reads, and the compressors of before did not', () => {
  const parts = ['first '.repeat(50), 'second '.repeat(50)].map(text => Buffer.from(text));

  it('zstd in two frames', () => {
    const frames = Buffer.concat(parts.map(part => zstdCompressSync(part)));
    expect(decompress(compressions.zstd, frames, most)).toEqual(Buffer.concat(parts));
    expect(() => decompress(compressions.zstd, Buffer.concat([frames, Buffer.from('rest')]), most)).toThrow();
  });

  it('gzip in two members, and with something else behind', async () => {
    const members = Buffer.concat(parts.map(part => gzipSync(part)));
    const behind = Buffer.from('something else');
    expect(decompress(compressions.gzip, members, most)).toEqual(Buffer.concat(parts));
    expect(decompress(compressions.gzip, Buffer.concat([members, behind]), most)).toEqual(
      Buffer.concat(parts),
    );
    const noise = Buffer.from(Array.from({length: 300_000}, (_, at) => (at * at * 31) % 253));
    const long = Buffer.concat([gzipSync(noise, {level: 0}), behind]);
    expect((await decompressBeside(compressions.gzip, long, most)).equals(noise)).toBe(true);
    const damaged = gzipSync(noise);
    damaged.writeUInt8(damaged[damaged.length - 5]! ^ 1, damaged.length - 5);
    expect(() => decompress(compressions.gzip, Buffer.concat([damaged, behind]), most)).toThrow();
    expect(() => decompress(compressions.gzip, behind, most)).toThrow('incorrect header check');
  });

  it('LZ4 in two frames', () => {
    const frames = Buffer.concat(parts.map(compressed.lz4));
    expect(decompress(compressions.lz4, frames, most)).toEqual(Buffer.concat(parts));
  });
});

describe('what claims more than it has', () => {
  it('is refused before anything is allocated', () => {
    const snappyClaim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x61]);
    expect(() => decompress(compressions.snappy, snappyClaim, most)).toThrow(TooLargeError);
    const smaller = Buffer.from([0xff, 0xff, 0xff, 0x07, 0x00, 0x61]);
    expect(() => decompress(compressions.snappy, smaller, most)).toThrow('the length it claims');
  });
});

describe('what takes long is done beside', () => {
  const plain = Buffer.alloc(most, 'a line of text that is long enough\n');

  it.each(['gzip', 'zstd'] as const)('%s: by another thread', async name => {
    const packed = compressed[name](plain);
    const {result, turns} = await watched(() => decompressBeside(compressions[name], packed, most));
    expect(result.equals(plain)).toBe(true);
    expect(turns).toBeGreaterThan(0);
  });

  it.each([
    ['snappy', decompressSnappy],
    ['lz4', decompressLz4],
  ] as const)('%s: a few megabytes at a time', async (name, unpack) => {
    const packed = compressed[name](plain);
    const pauses = [...unpack(packed, most)].length;
    expect(pauses).toBeGreaterThanOrEqual(most / (4 * 1024 * 1024));
    expect((await decompressBeside(compressions[name], packed, most)).equals(plain)).toBe(true);
  });

  it('a limit holds there too', async () => {
    for (const name of names) {
      const packed = compressed[name](Buffer.alloc(8_000_000));
      await expect(decompressBeside(compressions[name], packed, 6_000_000)).rejects.toThrow(TooLargeError);
    }
  });

  it('many small frames of zstd, one at a time', async () => {
    const frames = Buffer.concat(Array.from({length: 4000}, () => zstdCompressSync(Buffer.from('x'))));
    const {result, turns} = await watched(() => decompressBeside(compressions.zstd, frames, most));
    expect(result.toString()).toBe('x'.repeat(4000));
    expect(turns).toBeGreaterThan(0);
  });
});

/** What comes of the work, and how many turns everybody else had meanwhile. */
async function watched<Result>(work: () => Promise<Result>): Promise<{result: Result; turns: number}> {
  let turns = 0;
  let tick = setImmediate(function again() {
    turns++;
    tick = setImmediate(again);
  });
  const result = await work();
  clearImmediate(tick);
  return {result, turns};
}
