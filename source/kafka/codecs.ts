import zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import lz4 from 'lz4js';
import snappy from 'snappyjs';

/** What KafkaJS gives a codec to compress. */
type Encoded = {readonly buffer: Buffer};

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const xerialHeader = 16;

/**
 * Java clients frame snappy in blocks (xerial: magic, two versions, then length and block, again and again); librdkafka
 * writes one raw block. Both are read.
 */
export function decompressSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic))
    return Buffer.from(snappy.uncompress(bytes));
  const blocks: Buffer[] = [];
  for (let at = xerialHeader; at + 4 <= bytes.length; ) {
    const length = bytes.readInt32BE(at);
    blocks.push(Buffer.from(snappy.uncompress(bytes.subarray(at + 4, at + 4 + length))));
    at += 4 + length;
  }
  return Buffer.concat(blocks);
}

/**
 * Teaches KafkaJS every codec that a topic can hold; it knows gzip only, and one record of another kind would end the
 * consumer.
 */
export function registerCodecs(): void {
  const {CompressionTypes, CompressionCodecs} = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: async ({buffer}: Encoded) => Buffer.from(snappy.compress(buffer)),
    decompress: async (bytes: Buffer) => decompressSnappy(bytes),
  });
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: async ({buffer}: Encoded) => Buffer.from(lz4.compress(buffer)),
    decompress: async (bytes: Buffer) => Buffer.from(lz4.decompress(bytes)),
  });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async ({buffer}: Encoded) => zlib.zstdCompressSync(buffer),
    decompress: async (bytes: Buffer) => zlib.zstdDecompressSync(bytes),
  });
}
