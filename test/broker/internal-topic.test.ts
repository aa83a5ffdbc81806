import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {type EmbeddedBroker, startBroker} from '../../source/broker/index.ts';
import {findCoordinator, metadata} from '../../source/broker/messages/cluster.ts';
import {offsetCommit, offsetFetch} from '../../source/broker/messages/groups.ts';
import {fetch} from '../../source/broker/messages/produce-and-fetch.ts';
import {createPartitions, createTopics, deleteTopics} from '../../source/broker/messages/topics.ts';
import {ask} from './support/ask.ts';

const name = '__consumer_offsets';
const timeoutMs = 1000;
const policyViolation = 44;

// What clients may and may not do to it stands in odd-requests.test.ts, beside Apache Kafka. It is not deleted there: others use it.
describe('the topic of committed offsets', () => {
  let broker: EmbeddedBroker;
  beforeEach(async () => {
    broker = await startBroker({limits: {partitions: 10}});
    await ask(broker.bootstrap, createTopics, 7, {
      timeoutMs,
      topics: [{name: 'work', numPartitions: 1, replicationFactor: 1}],
    });
  });
  afterEach(() => broker.stop());

  it('is not there before a group is looked for, and not among the topics that people made', async () => {
    expect(await described()).toMatchObject({errorCode: 3, isInternal: true});
    await lookForGroup();
    expect(await described()).toMatchObject({errorCode: 0, isInternal: true});
    expect(broker.topics()).toEqual(['work']);
  });

  it('is deleted with all that was committed, and is another one when it comes back', async () => {
    await lookForGroup();
    await commit(7n);
    expect(await committed()).toBe(7n);
    const before = await described();
    await ask(broker.bootstrap, deleteTopics, 6, {timeoutMs, topics: [{name}]});
    expect(await committed()).toBe(-1n);
    await lookForGroup();
    const after = await described();
    expect(after.topicId.equals(before.topicId)).toBe(false);
    await commit(9n);
    expect(await committed()).toBe(9n);
  });

  it('has no records for who reads it', async () => {
    await lookForGroup();
    await commit(7n);
    const {topicId} = await described();
    const {responses} = await ask(broker.bootstrap, fetch, 13, {
      maxWaitMs: 0,
      topics: [{topicId, partitions: [{partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000}]}],
    });
    expect(responses[0]!.partitions[0]).toMatchObject({errorCode: 0, highWatermark: 0n});
  });

  it('counts among the partitions that there may be, but comes where there may be no more', async () => {
    await grow('work', 10);
    await lookForGroup();
    expect(await described()).toMatchObject({errorCode: 0});
    expect(await grow(name, 2)).toBe(policyViolation);
  });

  async function described() {
    const answer = await ask(broker.bootstrap, metadata, 12, {
      topics: [{name}],
      allowAutoTopicCreation: false,
    });
    return answer.topics[0]!;
  }

  function lookForGroup() {
    return ask(broker.bootstrap, findCoordinator, 4, {keyType: 0, coordinatorKeys: ['group']});
  }

  async function grow(topic: string, count: number): Promise<number> {
    const topics = [{name: topic, count, assignments: null}];
    const {results} = await ask(broker.bootstrap, createPartitions, 3, {timeoutMs, topics});
    return results[0]!.errorCode;
  }

  function commit(committedOffset: bigint) {
    return ask(broker.bootstrap, offsetCommit, 8, {
      groupId: 'group',
      topics: [{name: 'work', partitions: [{partitionIndex: 0, committedOffset, committedMetadata: ''}]}],
    });
  }

  async function committed(): Promise<bigint> {
    const {groups} = await ask(broker.bootstrap, offsetFetch, 8, {
      groups: [{groupId: 'group', topics: [{name: 'work', partitionIndexes: [0]}]}],
    });
    return groups[0]!.topics[0]!.partitions[0]!.committedOffset;
  }
});
