import {crc32c} from '../../../source/wire/crc-32c.ts';

export type BatchOptions = {
  /** ms since 1970 of each record; one record for each. */
  readonly timestamps: readonly number[];
  readonly producer?: {readonly id: bigint; readonly epoch: number; readonly sequence: number};
  /** Bytes of each record's value. */
  readonly size?: number;
  /** Part of its producer's transaction. */
  readonly transactional?: boolean;
};

/** A record batch (format v2) as a producer sends it: uncompressed, records without keys and headers. */
export function recordBatch({timestamps, producer, size = 10, transactional}: BatchOptions): Buffer {
  const first = timestamps[0]!;
  const records = timestamps.map((timestamp, index) => {
    const content = Buffer.concat([
      Buffer.from([0]),
      varInt(timestamp - first),
      varInt(index),
      varInt(-1),
      varInt(size),
      Buffer.alloc(size, 'x'),
      varInt(0),
    ]);
    return Buffer.concat([varInt(content.length), content]);
  });
  const batch = Buffer.concat([Buffer.alloc(61), ...records]);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(transactional ? 0x10 : 0, 21);
  batch.writeInt32BE(timestamps.length - 1, 23);
  batch.writeBigInt64BE(BigInt(first), 27);
  batch.writeBigInt64BE(BigInt(Math.max(...timestamps)), 35);
  batch.writeBigInt64BE(producer?.id ?? -1n, 43);
  batch.writeInt16BE(producer?.epoch ?? -1, 51);
  batch.writeInt32BE(producer?.sequence ?? -1, 53);
  batch.writeInt32BE(timestamps.length, 57);
  batch.writeUInt32BE(crc32c(batch, 21), 17);
  return batch;
}

/** Zigzag, seven bits a byte; the numbers of a test are small enough for 32 bits. */
function varInt(value: number): Buffer {
  const bytes: number[] = [];
  let left = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}
