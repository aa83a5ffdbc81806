import {describe, expect, it} from 'vitest';
import {createPartitioner, murmur2} from '../../source/kafka/partitioners.ts';

describe('placing keys', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])("murmur2 of %j is what Java's tests expect", (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('java: the hash without its sign, modulo the number of partitions', () => {
    const place = createPartitioner('java');
    expect(place(Buffer.from('21'), 1000)).toBe((-973932308 & 0x7fff_ffff) % 1000);
    expect(place(Buffer.from('abc'), 7)).toBe(479470107 % 7);
  });

  it('librdkafka: CRC-32, modulo the number of partitions', () => {
    const place = createPartitioner('librdkafka');
    expect(place(Buffer.from('123456789'), 1000)).toBe(0xcbf4_3926 % 1000);
  });

  it('records without a key go round; an empty key is none for librdkafka, and a key for Java', () => {
    const java = createPartitioner('java', 4);
    expect([null, null, null, null].map(key => java(key, 3))).toEqual([1, 2, 0, 1]);
    const empty = Buffer.alloc(0);
    expect(java(empty, 1000)).toBe(java(empty, 1000));
    const librdkafka = createPartitioner('librdkafka', 0);
    expect([empty, empty, null].map(key => librdkafka(key, 3))).toEqual([0, 1, 2]);
  });
});
