import {randomUUID} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, inject, it, vi} from 'vitest';
import {type EmbeddedBroker, startBroker} from '../../source/broker/index.ts';
import {metadata} from '../../source/broker/messages/cluster.ts';
import {fetch, produce} from '../../source/broker/messages/produce-and-fetch.ts';
import {createTopics, deleteTopics} from '../../source/broker/messages/topics.ts';
import {ask} from './support/ask.ts';
import {recordBatch} from './support/record-batch.ts';

const batch = recordBatch({timestamps: [1]});
const noId = Buffer.alloc(16);
const strange = Buffer.alloc(16, 7);
const timeoutMs = 10_000;
const patience = {timeout: 30_000, interval: 20};
const known = {UNKNOWN_TOPIC_OR_PARTITION: 3, UNKNOWN_TOPIC_ID: 100} as const;
const versions = [13, 14, 15, 16, 17, 18];
const kafka = inject('kafka');

describe('topics by their ids – on the embedded broker', () => {
  let broker: EmbeddedBroker;
  beforeAll(async () => {
    broker = await startBroker();
  });
  afterAll(() => broker.stop());
  stories(() => broker.bootstrap);

  it('a fault for a topic meets the fetch that names it by its id', async () => {
    const {topic, id} = await fresh(broker.bootstrap);
    broker.faults.add({api: 'Fetch', topic}, {error: 'NOT_LEADER_OR_FOLLOWER'});
    expect(await read(broker.bootstrap, 13, id)).toEqual([[6, 0]]);
    expect(await read(broker.bootstrap, 13, id)).toEqual([[0, batch.length]]);
  });
});

if ('missing' in kafka) it.skip(`topics by their ids – on Apache Kafka: skipped, ${kafka.missing}`, () => {});
else {
  // It may notice it first at the log that is going away.
  const orAtItsLog = [known.UNKNOWN_TOPIC_ID, known.UNKNOWN_TOPIC_OR_PARTITION, 103, 56];
  describe('topics by their ids – on Apache Kafka', () => stories(() => kafka.bootstrap, orAtItsLog));
}

/** `toldOfDeletion`: the errors by which a fetch that waits may be told that its topic is gone. */
function stories(
  bootstrap: () => string,
  toldOfDeletion: readonly number[] = [known.UNKNOWN_TOPIC_ID],
): void {
  it.each(versions)(
    'Fetch %i reads by id, and tells an unknown id from an unknown partition',
    async version => {
      const {id} = await fresh(bootstrap());
      expect(await read(bootstrap(), version, id)).toEqual([[0, batch.length]]);
      expect(await read(bootstrap(), version, id, 9)).toEqual([[known.UNKNOWN_TOPIC_OR_PARTITION, 0]]);
      for (const wrong of [strange, noId]) {
        expect(await read(bootstrap(), version, wrong)).toEqual([[known.UNKNOWN_TOPIC_ID, 0]]);
      }
    },
  );

  it('a fetch that waits is told when its topic is deleted, also where one is made again under the name', async () => {
    const {topic, id} = await fresh(bootstrap());
    const waiting = read(bootstrap(), 13, id, 0, 1n, 20_000);
    await ask(bootstrap(), deleteTopics, 6, {timeoutMs, topics: [{name: topic}]});
    await vi.waitFor(async () => expect((await make(bootstrap(), topic)).errorCode).toBe(0), patience);
    const [answered] = await waiting;
    expect(toldOfDeletion).toContain(answered![0]);
    expect(await read(bootstrap(), 13, id)).toEqual([[known.UNKNOWN_TOPIC_ID, 0]]);
  });

  it('Metadata 12 finds a topic by its id, and says of another id that it knows none', async () => {
    const {topic, id} = await fresh(bootstrap());
    const {topics} = await ask(bootstrap(), metadata, 12, {
      topics: [
        {name: null, topicId: id},
        {name: null, topicId: strange},
      ],
    });
    const told = topics.map(each => [each.errorCode, each.name, each.topicId.equals(id)]);
    expect(told.sort((left, right) => Number(left[0]) - Number(right[0]))).toEqual([
      [0, topic, true],
      [known.UNKNOWN_TOPIC_ID, null, false],
    ]);
  });
}

/** A new topic of one partition with one batch in it. */
async function fresh(bootstrap: string): Promise<{topic: string; id: Buffer}> {
  const topic = `by-id-${randomUUID()}`;
  const {topicId} = await make(bootstrap, topic);
  await vi.waitFor(async () => {
    const {responses} = await ask(bootstrap, produce, 9, {
      transactionalId: null,
      acks: -1,
      timeoutMs,
      topicData: [{name: topic, partitionData: [{index: 0, records: batch}]}],
    });
    expect(responses[0]!.partitionResponses[0]!.errorCode).toBe(0);
  }, patience);
  return {topic, id: topicId};
}

async function make(bootstrap: string, name: string) {
  const topics = [{name, numPartitions: 1, replicationFactor: 1}];
  return (await ask(bootstrap, createTopics, 7, {timeoutMs, topics})).topics[0]!;
}

/** The error and the bytes of each partition in the answer. */
async function read(
  bootstrap: string,
  version: number,
  topicId: Buffer,
  partition = 0,
  fetchOffset = 0n,
  maxWaitMs = 0,
): Promise<(readonly [number, number])[]> {
  const {responses} = await ask(bootstrap, fetch, version, {
    replicaId: -1,
    maxWaitMs,
    minBytes: 1,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{topicId, partitions: [{partition, fetchOffset, partitionMaxBytes: 1_000_000}]}],
  });
  return responses.flatMap(({topicId: answered, partitions}) => {
    expect(answered.equals(topicId)).toBe(true);
    return partitions.map(part => [part.errorCode, part.records?.length ?? 0] as const);
  });
}
