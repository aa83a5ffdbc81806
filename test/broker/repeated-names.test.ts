import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {type EmbeddedBroker, startBroker} from '../../source/broker/index.ts';
import {apis} from '../../source/broker/messages/index.ts';
import {type Asking, askingAt} from './support/asking.ts';

/** Two megabytes of request at most, for answers that take ten thousand bytes and more where they are given once. */
const often = 200_000;
const many = <T>(each: T): T[] => new Array<T>(often).fill(each);

describe('one small request that says the same name again and again', () => {
  let broker: EmbeddedBroker;
  let asking: Asking;
  beforeAll(async () => {
    broker = await startBroker();
    asking = await askingAt(broker.bootstrap);
    await asking.ask(apis.createTopics, 2, {
      topics: [{name: 't', numPartitions: 1000, replicationFactor: 1}],
    });
    const topics = [
      {
        name: 't',
        partitions: Array.from({length: 1000}, (_, partitionIndex) => ({
          partitionIndex,
          committedOffset: 1n,
          committedMetadata: '',
        })),
      },
    ];
    await asking.ask(apis.offsetCommit, 7, {groupId: 'g', topics});
    const {producerId, producerEpoch} = await asking.ask(apis.initProducerId, 4, {
      transactionalId: 'i',
      transactionTimeoutMs: 60_000,
    });
    await asking.ask(apis.addPartitionsToTxn, 3, {
      v3AndBelowTransactionalId: 'i',
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{name: 't', partitions: Array.from({length: 1000}, (_, index) => index)}],
    });
  });
  afterAll(async () => {
    asking.close();
    await broker.stop();
  });

  it('is answered once for each name, and soon', async () => {
    const counts = {
      metadata: (await asking.ask(apis.metadata, 5, {topics: many({name: 't'})})).topics.length,
      configs: (
        await asking.ask(apis.describeConfigs, 1, {
          resources: many({resourceType: 2, resourceName: 't', configurationKeys: null}),
        })
      ).results.length,
      groups: (await asking.ask(apis.describeGroups, 1, {groups: many('g')})).groups.length,
      offsets: (await asking.ask(apis.offsetFetch, 8, {groups: many({groupId: 'g', topics: null})})).groups
        .length,
      transactions: (await asking.ask(apis.describeTransactions, 0, {transactionalIds: many('i')}))
        .transactionStates.length,
      producers: (
        await asking.ask(apis.describeProducers, 0, {topics: many({name: 't', partitionIndexes: [0, 0]})})
      ).topics[0]!.partitions.length,
      states: (await asking.ask(apis.listTransactions, 0, {stateFilters: many('odd')})).unknownStateFilters
        .length,
    };
    expect(counts).toEqual({
      metadata: 1,
      configs: 1,
      groups: 1,
      offsets: 1,
      transactions: 1,
      producers: 1,
      states: 1,
    });
  });

  it('creates no topic that stands twice, nor does it keep the others waiting', async () => {
    const topics = Array.from({length: often / 2}, (_, index) => ({
      name: `n${index % 50_000}`,
      numPartitions: 1,
      replicationFactor: 1,
    }));
    const told = await asking.ask(apis.createTopics, 2, {topics});
    expect(new Set(told.topics.map(({errorCode}) => errorCode))).toEqual(new Set([42]));
  });

  it('asks for all settings where it names none of them', async () => {
    const resources = [{resourceType: 2, resourceName: 't', configurationKeys: []}];
    const told = await asking.ask(apis.describeConfigs, 1, {resources});
    expect(told.results[0]!.configs.length).toBeGreaterThan(20);
  });
});
