import {createRequire} from 'node:module';
import {describe, expect, it} from 'vitest';
import {decompressLz4, type Lz4Leniency} from '../../source/wire/lz4.ts';
import {TooLargeError} from '../../source/wire/too-large.ts';
import {atOnce} from '../../source/wire/work.ts';
import {xxh32} from '../../source/wire/xxh-32.ts';

const others = createRequire(import.meta.url)('lz4js/xxh32.js') as {
  hash(seed: number, bytes: Buffer, at: number, length: number): number;
};
const theirs = (bytes: Buffer) => others.hash(0, bytes, 0, bytes.length) >>> 0;

const most = 1024 * 1024;
const independent = 0x60;
const linked = 0x40;
const flags = {blockChecksum: 0x10, size: 0x08, contentChecksum: 0x04, reserved: 0x02};

type Block = {readonly bytes: Buffer; readonly isPlain: boolean};
const plain = (text: string): Block => ({bytes: Buffer.from(text), isPlain: true});
const packed = (...bytes: readonly number[]): Block => ({bytes: Buffer.from(bytes), isPlain: false});

type Frame = {
  /** Independent blocks of 64 KiB at most, where nothing else is said. */
  readonly descriptor?: number;
  readonly blocks: readonly Block[];
  readonly size?: bigint;
  /** What all of it is, for the checksum. */
  readonly content?: string;
  /** Is one off. */
  readonly wrong?: 'head' | 'block' | 'content';
};

function frame({descriptor = independent, blocks, size, content, wrong}: Frame): Buffer {
  const sizeBytes = Buffer.alloc(size === undefined ? 0 : 8);
  if (size !== undefined) sizeBytes.writeBigUInt64LE(size);
  const head = Buffer.concat([Buffer.from([descriptor, 0x40]), sizeBytes]);
  const headChecksum = ((theirs(head) >>> 8) + (wrong === 'head' ? 1 : 0)) & 0xff;
  const framed = blocks.flatMap(({bytes, isPlain}) => [
    word(bytes.length + (isPlain ? 0x8000_0000 : 0)),
    bytes,
    ...(descriptor & flags.blockChecksum ? [word(theirs(bytes) ^ (wrong === 'block' ? 1 : 0))] : []),
  ]);
  const end =
    content === undefined ? [] : [word(theirs(Buffer.from(content)) ^ (wrong === 'content' ? 1 : 0))];
  return Buffer.concat([word(0x184d_2204), head, Buffer.from([headChecksum]), ...framed, word(0), ...end]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

const read = (bytes: Buffer, leniency?: Lz4Leniency) =>
  atOnce(decompressLz4(bytes, most, leniency)).toString();

describe('an LZ4 frame', () => {
  it('is read with checksums of its blocks and of all, and refused where one is wrong', () => {
    const all: Frame = {
      descriptor: independent | flags.blockChecksum | flags.contentChecksum,
      blocks: [plain('hello '), plain('world')],
      content: 'hello world',
    };
    expect(read(frame(all))).toBe('hello world');
    for (const wrong of ['head', 'block', 'content'] as const)
      expect(() => read(frame({...all, wrong})), wrong).toThrow('checksum');
  });

  it('of an old client may have any checksum of its head', () => {
    expect(read(frame({blocks: [plain('hello')], wrong: 'head'}), {anyHeadChecksum: true})).toBe('hello');
  });

  it('is read with the size that it has, and refused with another', () => {
    const sized = {descriptor: independent | flags.size, blocks: [plain('hello')]};
    expect(read(frame({...sized, size: 5n}))).toBe('hello');
    expect(() => read(frame({...sized, size: 6n}))).toThrow('the length it claims');
    expect(() => read(frame({...sized, size: 64n * 1024n ** 3n}))).toThrow(TooLargeError);
  });

  it('has blocks that refer back only where that is allowed, and never to another frame', () => {
    // No literal, then a copy of 8 from 8 before; and 5 literals to end with.
    const copy = packed(0x04, 8, 0, 0x50, ...Buffer.from('12345'));
    const back = frame({descriptor: linked, blocks: [plain('abcdefgh'), copy]});
    expect(read(back, {linked: true})).toBe('abcdefghabcdefgh12345');
    expect(() => read(back)).toThrow('depend on each other');
    const alone = frame({blocks: [plain('abcdefgh'), copy]});
    expect(() => read(alone)).toThrow('refers to what is not there');
    const other = frame({descriptor: linked, blocks: [copy]});
    expect(() => read(Buffer.concat([frame({blocks: [plain('abcdefgh')]}), other]), {linked: true})).toThrow(
      'refers to what is not there',
    );
  });

  it('is refused where a block is larger than it may be, than what is there, or ends with a copy', () => {
    const huge = Buffer.concat([frame({blocks: []}).subarray(0, 7), word(0x7fff_ffff), Buffer.alloc(80)]);
    expect(() => read(huge)).toThrow('cut off');
    // A literal, then a copy of 70,000.
    const many = packed(
      0x1f,
      0x61,
      1,
      0,
      ...Array.from({length: 274}, () => 255),
      0,
      0x50,
      ...Buffer.from('12345'),
    );
    expect(() => read(frame({blocks: [many]}))).toThrow('larger than it may be');
    expect(() => read(frame({blocks: [packed(0x10, 0x61, 1, 0)]}))).toThrow('cut off');
    expect(() => read(frame({descriptor: independent | flags.reserved, blocks: []}))).toThrow('nobody knows');
  });

  it('is refused where its end is missing', () => {
    const whole = frame({blocks: [plain('hello')]});
    for (let length = 1; length < whole.length; length++)
      expect(() => read(whole.subarray(0, length)), `${length} bytes`).toThrow();
  });
});

describe('XXH32', () => {
  it('is what another implementation says, for any length', () => {
    const bytes = Buffer.from(Array.from({length: 100}, (_, at) => (at * 37) % 256));
    for (let length = 0; length < bytes.length; length++)
      expect(xxh32(bytes, 0, length)).toBe(theirs(bytes.subarray(0, length)));
    expect(xxh32(bytes, 3, 50)).toBe(theirs(bytes.subarray(3, 50)));
  });
});
