import Decoder from 'kafkajs/src/protocol/decoder.js';
import {beforeAll, describe, expect, it} from 'vitest';
import {createClient} from '../../../source/kafka/client.ts';
import {MalformedAnswer} from '../../../source/kafka/protocol/reader.ts';

/** Guarded with the first client, for the whole process. */
beforeAll(() => {
  createClient({brokers: ['localhost:9092']});
});

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const read = (decoder: Decoder) => decoder.readInt8();

describe("KafkaJS's decoder", () => {
  it.each([2_147_483_647, 5, -2, -2_147_483_648])('makes no room for %i items in 4 bytes', async count => {
    const bytes = Buffer.concat([int32(count), Buffer.alloc(4)]);
    expect(() => new Decoder(bytes).readArray(read)).toThrow(MalformedAnswer);
    await expect(new Decoder(bytes).readArrayAsync(async each => read(each))).rejects.toThrow(
      MalformedAnswer,
    );
    expect(() => new Decoder(bytes).readBytes()).toThrow(MalformedAnswer);
  });

  it('does not go back: a count and negative lengths would be read for ever', () => {
    const bytes = Buffer.concat([int32(1000), ...Array.from({length: 500}, () => Buffer.from([0xff, 0xf0]))]);
    expect(() => new Decoder(bytes).readArray(each => each.readString())).toThrow('-16 bytes');
    expect(() => new Decoder(bytes).forward(-1)).toThrow(MalformedAnswer);
  });

  it('says where an answer ends too early, for every type', () => {
    const reads = [
      'readInt8',
      'readInt16',
      'readInt32',
      'readInt64',
      'readDouble',
      'readString',
      'readBytes',
      'readVarInt',
      'readVarLong',
      'readVarIntString',
      'readVarIntBytes',
      'readUVarIntString',
      'readUVarIntBytes',
    ] as const;
    for (const name of reads)
      expect(() => new Decoder(Buffer.alloc(0))[name](), name).toThrow(MalformedAnswer);
    expect(() => new Decoder(Buffer.alloc(20, 0xff)).readVarInt()).toThrow(MalformedAnswer);
  });

  it('reads what is right as before', () => {
    const bytes = Buffer.from(
      '00000002 0002 6869 ffff 00000003 010203 ffffffff ffffffff'.replaceAll(' ', ''),
      'hex',
    );
    const decoder = new Decoder(bytes);
    expect(decoder.readArray(each => each.readString())).toEqual(['hi', null]);
    expect(decoder.readBytes()).toEqual(Buffer.from([1, 2, 3]));
    expect(decoder.readBytes()).toBeNull();
    expect(decoder.readArray(read)).toEqual([]);
  });
});
