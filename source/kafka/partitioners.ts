import {crc32} from 'node:zlib';

/** `java`: as Java's, KafkaJS's and most clients place keys (murmur2). `librdkafka`: as confluent-kafka for Python does (CRC32). */
export type PartitionerName = 'java' | 'librdkafka';

/** Chooses the partition (0…count − 1) of a key; records without a key go round. */
export type Partitioner = (key: Buffer | null, count: number) => number;

export function createPartitioner(
  name: PartitionerName,
  start = Math.floor(Math.random() * 1024),
): Partitioner {
  let turn = start;
  const next = (count: number) => turn++ % count;
  if (name === 'librdkafka') {
    // librdkafka's `consistent_random`: an empty key counts as none.
    return (key, count) => (key && key.length > 0 ? crc32(key) % count : next(count));
  }
  return (key, count) => (key ? (murmur2(key) & 0x7fff_ffff) % count : next(count));
}

/** The hash of Java's DefaultPartitioner (org.apache.kafka.common.utils.Utils.murmur2), as a signed 32-bit number. */
export function murmur2(data: Buffer): number {
  const multiplier = 0x5bd1e995;
  let hash = 0x9747b28c ^ data.length;
  const whole = data.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(data.readInt32LE(at), multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  const rest = data.length - whole;
  if (rest >= 3) hash ^= data[whole + 2]! << 16;
  if (rest >= 2) hash ^= data[whole + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ data[whole]!, multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return (hash ^ (hash >>> 15)) | 0;
}
