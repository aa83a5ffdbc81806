import type {Broker, RawRequest} from 'kafkajs/src/consumer/offsetManager/index.js';
import {describe, expect, it} from 'vitest';
import {topicIdentity, topicPresence} from '../../source/kafka/topic-identity.ts';

const id = '00112233445566778899aabbccddeeff';

/** A connection to a server that offers Metadata up to `version`, and gives this answer. */
function brokerWith(version: number, topic: string): Broker {
  const answer =
    version >= 9
      ? `00 00000000 02 00000001 02 6b 00002384 00 00 00 ffffffff ${topic} 00`
      : `00000000 00000001 00000001 0001 6b 00002384 ffff ffff ffffffff ${topic}`;
  return {
    brokerAddress: 'kafka:9092',
    versions: {3: {minVersion: 0, maxVersion: version}},
    connectionPool: {
      send: async ({response}: RawRequest) =>
        response.parse(await response.decode(Buffer.from(answer.replaceAll(' ', ''), 'hex'))),
    },
  } as unknown as Broker;
}

const withId = (errorCode: string) => `02 ${errorCode} 02 74 ${id} 00 01 80000000 00`;
const withoutId = (errorCode: string) =>
  `00000001 ${errorCode} 0001 74 00 00000001 0000 00000000 00000001 00000003 00000000 00000000 00000000`;

describe("a topic's identity", () => {
  it('is the id that the server gave it', async () => {
    expect(await topicIdentity(brokerWith(12, withId('0000')), 't')).toBe(id);
  });

  it('is null where there is no such topic', async () => {
    const broker = brokerWith(12, withId('0003'));
    expect(await topicIdentity(broker, 't')).toBeNull();
    expect(await topicPresence(broker, 't')).toEqual({exists: false, id: null, hasIds: true, partitions: 0});
  });

  it('is not to be had from a server that gives topics no ids, which is told apart from no topic', async () => {
    const there = await topicPresence(brokerWith(7, withoutId('0000')), 't');
    expect(there).toEqual({exists: true, id: null, hasIds: false, partitions: 1});
    expect(await topicPresence(brokerWith(7, withoutId('0003')), 't')).toMatchObject({exists: false});
  });

  it('is not judged where the broker refuses to tell', async () => {
    await expect(topicPresence(brokerWith(12, withId('001d')), 't')).rejects.toMatchObject({
      type: 'TOPIC_AUTHORIZATION_FAILED',
    });
  });
});
