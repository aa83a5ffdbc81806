import {createRequire} from 'node:module';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import lz4 from 'lz4js';
import snappy from 'snappyjs';
import {crc32c} from '../../../source/wire/crc-32c.ts';

const xxh32 = createRequire(import.meta.url)('lz4js/xxh32.js') as {
  hash(seed: number, bytes: Buffer, at: number, length: number): number;
};

export const codecs = {none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4} as const;
export type Codec = keyof typeof codecs;

type Claims = {
  readonly codec: Codec;
  /** What stands in the batch's head; what is left out is true. */
  readonly count?: number;
  readonly lastOffsetDelta?: number;
  readonly attributes?: number;
  readonly magic?: number;
  readonly crc?: number;
  readonly baseTimestamp?: number;
  readonly maxTimestamp?: number;
  readonly length?: number;
  readonly producer?: {readonly id: bigint; readonly epoch: number; readonly sequence: number};
  /** The bytes that are taken for compressed records. */
  readonly payload?: Buffer;
  readonly behind?: Buffer;
};

/** A record as it lies in a batch; `time`: ms after the batch's, `size`: what it claims, `key`: how many bytes. */
export function record(index: number, change: {key?: number; size?: number; time?: number} = {}): Buffer {
  const content = Buffer.concat([
    Buffer.from([0]),
    varInt(change.time ?? 0),
    varInt(index),
    varInt(change.key ?? -1),
    Buffer.alloc(Math.max(0, change.key ?? -1), 'k'),
    varInt(5),
    Buffer.from('value'),
    varInt(0),
  ]);
  return Buffer.concat([varInt(change.size ?? content.length), content]);
}

/** A batch of these records that claims what the caller likes. */
export function oddBatch(records: readonly Buffer[], claims: Claims): Buffer {
  const plain = Buffer.concat([...records, claims.behind ?? Buffer.alloc(0)]);
  const payload = claims.payload ?? compress[claims.codec](plain);
  const batch = Buffer.concat([Buffer.alloc(61), payload]);
  batch.writeInt32BE(claims.length ?? batch.length - 12, 8);
  batch.writeInt8(claims.magic ?? 2, 16);
  batch.writeInt16BE(claims.attributes ?? codecs[claims.codec], 21);
  batch.writeInt32BE(claims.lastOffsetDelta ?? (claims.count ?? records.length) - 1, 23);
  const timestamp = BigInt(claims.baseTimestamp ?? Date.now());
  batch.writeBigInt64BE(timestamp, 27);
  batch.writeBigInt64BE(BigInt(claims.maxTimestamp ?? timestamp), 35);
  batch.writeBigInt64BE(claims.producer?.id ?? -1n, 43);
  batch.writeInt16BE(claims.producer?.epoch ?? -1, 51);
  batch.writeInt32BE(claims.producer?.sequence ?? -1, 53);
  batch.writeInt32BE(claims.count ?? records.length, 57);
  batch.writeUInt32BE(claims.crc ?? crc32c(batch, 21), 17);
  return batch;
}

const compress: Readonly<Record<Codec, (plain: Buffer) => Buffer>> = {
  none: plain => plain,
  gzip: plain => gzipSync(plain),
  snappy: plain => Buffer.from(snappy.compress(plain)),
  lz4: plain => withIndependentBlocks(Buffer.from(lz4.compress(plain))),
  zstd: plain => zstdCompressSync(plain),
};

/** lz4js leaves the flag out, and Kafka refuses that; its blocks are independent. The third byte is a checksum of the two. */
export function withIndependentBlocks(frame: Buffer): Buffer {
  frame[4] = frame[4]! | 0x20;
  frame[6] = (xxh32.hash(0, frame, 4, 2) >> 8) & 0xff;
  return frame;
}

/** Zigzag, seven bits a byte. */
function varInt(value: number): Buffer {
  const bytes: number[] = [];
  let left = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}
