import {describe, expect, it} from 'vitest';
import {metadataRequest} from '../../../source/kafka/protocol/metadata.ts';
import {MalformedAnswer} from '../../../source/kafka/protocol/reader.ts';
import {decodeAnswer, writeRequest} from '../../../source/kafka/protocol/send.ts';

const id = '00112233445566778899aabbccddeeff';
const hex = (...parts: readonly string[]) => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
const asked = metadataRequest(['t']);

/** Metadata v10 as a broker answers it, for one topic; all that is unknown to the reader is filled in. */
function v10({errorCode = '0000', partitions = '01', tags = '00'} = {}): Buffer {
  return hex(
    tags, // header
    '00000000', // throttle time
    '03', // two brokers
    '00000001 0a 3132372e302e302e31 00002384 00 00', // 127.0.0.1:9092, no rack
    '00000002 02 68 00002385 03 7232 01 05 01 ff', // h:9093, rack r2, one tagged field of one byte
    '04 616263', // cluster id
    '00000001', // controller
    '02', // one topic
    errorCode,
    '02 74', // name
    id,
    '00', // internal
    partitions,
    '80000000 00', // authorized operations, no tagged fields
    '80000000 00',
  );
}

describe('Metadata', () => {
  it('is asked for by name, and never creates', () => {
    expect(writeRequest(asked, 10).toBuffer().toString('hex')).toBe(`0002${'00'.repeat(16)}02740000000000`);
    expect(writeRequest(asked, 12).toBuffer().toString('hex')).toBe(`0002${'00'.repeat(16)}027400000000`);
    expect(writeRequest(asked, 7).toBuffer().toString('hex')).toBe('00000001 0001 74 00'.replaceAll(' ', ''));
    expect(writeRequest(asked, 8).toBuffer().toString('hex')).toBe(
      '00000001 0001 74 00 0000'.replaceAll(' ', ''),
    );
    expect(writeRequest(metadataRequest(null), 7).toBuffer().toString('hex')).toBe('ffffffff00');
  });

  it('is read from between brokers, racks and fields that are not known', () => {
    const {brokers, controllerId, clusterId, topics} = decodeAnswer(
      asked,
      v10({tags: '02 00 02 ffff 07 00'}),
      10,
    );
    expect(brokers).toEqual([
      {node: 1, host: '127.0.0.1', port: 9092, rack: null},
      {node: 2, host: 'h', port: 9093, rack: 'r2'},
    ]);
    expect({controllerId, clusterId}).toEqual({controllerId: 1, clusterId: 'abc'});
    expect(topics).toEqual([{name: 't', id, errorType: null, isInternal: false, partitions: []}]);
  });

  it('tells of each partition by itself, in order', () => {
    const partitions = [
      '03',
      '0005 00000001 ffffffff 00000007 02 00000002 01 02 00000002 00', // 1 has no leader: LEADER_NOT_AVAILABLE
      '0000 00000000 00000001 00000003 02 00000001 02 00000001 01 00',
    ].join('');
    expect(decodeAnswer(asked, v10({partitions}), 10).topics[0]!.partitions).toEqual([
      {partition: 0, leader: 1, leaderEpoch: 3, replicas: [1], inSync: [1], errorType: null},
      {
        partition: 1,
        leader: null,
        leaderEpoch: 7,
        replicas: [2],
        inSync: [],
        errorType: 'LEADER_NOT_AVAILABLE',
      },
    ]);
  });

  it("keeps a topic's error with the topic, which then has no id", () => {
    const [topic] = decodeAnswer(asked, v10({errorCode: '0003'}), 10).topics;
    expect(topic).toMatchObject({errorType: 'UNKNOWN_TOPIC_OR_PARTITION', id: null});
  });

  it('of a server without topic ids (v7, Kafka 2.1) says so', () => {
    const answer = hex(
      '00000000 00000001 00000001 0001 68 00002385 ffff', // one broker, no rack
      '0003 616263 ffffffff', // cluster id, no controller
      '00000001 0000 0001 74 01', // an internal topic t
      '00000001 0000 00000000 00000001 00000003 00000001 00000001 00000001 00000001 00000000',
    );
    const found = decodeAnswer(asked, answer, 7);
    expect(found).toMatchObject({controllerId: null, hasTopicIds: false});
    expect(found.topics).toEqual([
      {
        name: 't',
        id: null,
        errorType: null,
        isInternal: true,
        partitions: [{partition: 0, leader: 1, leaderEpoch: 3, replicas: [1], inSync: [1], errorType: null}],
      },
    ]);
  });

  it('that is cut off is told', () => {
    const whole = v10();
    for (let size = 0; size < whole.length - 6; size++)
      expect(() => decodeAnswer(asked, whole.subarray(0, size), 10)).toThrow(MalformedAnswer);
  });
});
