import {randomUUID} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {type EmbeddedBroker, startBroker} from '../../source/broker/index.ts';
import {describeLogDirs} from '../../source/broker/messages/log-dirs.ts';
import {produce} from '../../source/broker/messages/produce-and-fetch.ts';
import {createTopics} from '../../source/broker/messages/topics.ts';
import {ask} from './support/ask.ts';
import {recordBatch} from './support/record-batch.ts';

describe('DescribeLogDirs', () => {
  let broker: EmbeddedBroker;
  beforeAll(async () => {
    broker = await startBroker();
  });
  afterAll(() => broker.stop());

  it.each([1, 2, 3, 4, 5])(
    'version %i tells the sizes of the logs, of all topics or of those asked for',
    async version => {
      const topic = `sized-${randomUUID()}`;
      const records = recordBatch({timestamps: [1, 2, 3]});
      await ask(broker.bootstrap, createTopics, 7, {
        timeoutMs: 1000,
        topics: [{name: topic, numPartitions: 2, replicationFactor: 1}],
      });
      await ask(broker.bootstrap, produce, 9, {
        transactionalId: null,
        acks: -1,
        timeoutMs: 1000,
        topicData: [{name: topic, partitionData: [{index: 1, records}]}],
      });
      const sizes = async (wanted: {topic: string; partitions: number[]}[] | null) => {
        const {errorCode, results} = await ask(broker.bootstrap, describeLogDirs, version, {topics: wanted});
        expect([errorCode, results.length, results[0]!.errorCode]).toEqual([0, 1, 0]);
        const found = results[0]!.topics.filter(({name}) => name.startsWith(topic));
        return found.map(({name, partitions}) => [
          name,
          partitions.map(part => [part.partitionIndex, Number(part.partitionSize)]),
        ]);
      };
      const size = records.length;
      expect(await sizes(null)).toEqual([
        [
          topic,
          [
            [0, 0],
            [1, size],
          ],
        ],
      ]);
      expect(await sizes([{topic, partitions: [1, 9]}])).toEqual([[topic, [[1, size]]]]);
      expect(await sizes([{topic: `${topic}-no`, partitions: [0]}])).toEqual([]);
    },
  );
});
