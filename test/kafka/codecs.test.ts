import kafkajs from 'kafkajs';
import snappy from 'snappyjs';
import {describe, expect, it} from 'vitest';
import {decompressSnappy, registerCodecs} from '../../source/kafka/codecs.ts';

const {CompressionTypes, CompressionCodecs} = kafkajs;

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
    expect(decompressSnappy(Buffer.from('\x05\x10hello', 'latin1')).toString()).toBe('hello');
  });

  it("reads the Java clients' frame, of any number of blocks", () => {
    const blocks = ['first ', 'x'.repeat(40_000), ' last'].map(each => Buffer.from(each));
    expect(decompressSnappy(xerial(...blocks))).toEqual(Buffer.concat(blocks));
    expect(decompressSnappy(xerial())).toEqual(Buffer.alloc(0));
  });
});

describe('every codec that a topic can hold', () => {
  it.each([
    ['Snappy', CompressionTypes.Snappy],
    ['LZ4', CompressionTypes.LZ4],
    ['ZSTD', CompressionTypes.ZSTD],
  ])('%s is known to KafkaJS, and gives back what it was given', async (_, type) => {
    registerCodecs();
    const codec = (CompressionCodecs as Record<number, () => Codec>)[type]!();
    for (const text of ['', 'a', '{"n":1}'.repeat(10_000)]) {
      const buffer = Buffer.from(text);
      expect(await codec.decompress(await codec.compress({buffer}))).toEqual(buffer);
    }
  });
});

type Codec = {
  compress(encoded: {buffer: Buffer}): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
};
