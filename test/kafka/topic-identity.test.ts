import {describe, expect, it} from 'vitest';
import {decodeTopicId, encodeMetadataRequest} from '../../source/kafka/topic-identity.ts';

const id = '00112233445566778899aabbccddeeff';

/** Metadata v10 as a broker answers it, for one topic; all that is unknown to the reader is filled in. */
function answer({errorCode = '0000', topics = '02', tags = '00'} = {}): Buffer {
  const parts = [
    tags, // header
    '00000000', // throttle time
    '03', // two brokers
    '00000001 0a 3132372e302e302e31 00002384 00 00', // 127.0.0.1:9092, no rack
    '00000002 02 68 00002385 03 7232 01 05 01 ff', // h:9093, rack r2, one tagged field of one byte
    '04 616263', // cluster id
    '00000001', // controller
    topics,
    errorCode,
    '02 74', // name
    id,
    '00 01 00000000', // internal, no partitions, …
  ];
  return Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
}

describe("a topic's identity", () => {
  it('is read from between brokers, racks and fields that are not known', () => {
    expect(decodeTopicId(answer())).toBe(id);
    expect(decodeTopicId(answer({tags: '02 00 02 ffff 07 00'}))).toBe(id);
  });

  it('is null where there is no such topic', () => {
    expect(decodeTopicId(answer({errorCode: '0003'}))).toBeNull();
    expect(decodeTopicId(answer({topics: '01'}))).toBeNull();
  });

  it('is asked for by name, and never creates', () => {
    const asked = encodeMetadataRequest('t');
    expect(asked.toString('hex')).toBe(`0002${'00'.repeat(16)}027400000000${'00'}`);
    const long = 'x'.repeat(249);
    expect(encodeMetadataRequest(long).subarray(18, 20).toString('hex')).toBe('fa01');
  });
});
