import {randomUUID} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, inject, it, vi} from 'vitest';
import {type EmbeddedBroker, startBroker} from '../../source/broker/index.ts';
import {describeCluster, findCoordinator, metadata} from '../../source/broker/messages/cluster.ts';
import {listOffsets} from '../../source/broker/messages/produce-and-fetch.ts';
import {createTopics, deleteTopics} from '../../source/broker/messages/topics.ts';
import {ask} from './support/ask.ts';
import {oddRequests} from './support/odd-requests.ts';

/** Where this broker answers otherwise on purpose. A line that is no longer true fails. */
const otherwise: Readonly<Record<string, string>> = {
  'IncrementalAlterConfigs: an unknown operation': 'Kafka has an UNKNOWN_SERVER_ERROR without words',
};
const patience = {timeout: 60_000, interval: 50};
const timeoutMs = 30_000;
const kafka = inject('kafka');

if ('missing' in kafka) it.skip(`odd requests beside Apache Kafka: skipped, ${kafka.missing}`, () => {});
else {
  describe('odd requests are answered as by Apache Kafka, in number and words', () => {
    /** Each has its own topic, so that none finds what another left. */
    const topics = new Map(oddRequests.map(({name}) => [name, `odd_${randomUUID()}`]));
    const nodes = new Map<string, number>();
    let embedded: EmbeddedBroker;

    beforeAll(async () => {
      embedded = await startBroker();
      for (const bootstrap of [kafka.bootstrap, embedded.bootstrap]) {
        const {brokers} = await ask(bootstrap, describeCluster, 0, {});
        nodes.set(bootstrap, brokers[0]!.brokerId);
        const wanted = [...topics.values()].map(name => ({name, numPartitions: 2, replicationFactor: 1}));
        await ask(bootstrap, createTopics, 7, {timeoutMs, topics: wanted});
        const partitions = [0, 1].map(partitionIndex => ({partitionIndex, timestamp: -1n}));
        const asked = wanted.map(({name}) => ({name, partitions}));
        await vi.waitFor(async () => {
          const answer = await ask(bootstrap, listOffsets, 7, {replicaId: -1, topics: asked});
          const codes = answer.topics.flatMap(each => each.partitions.map(({errorCode}) => errorCode));
          expect(codes).toEqual(asked.flatMap(() => [0, 0]));
        }, patience);
      }
    });

    afterAll(async () => {
      const wanted = [...topics.values()].map(name => ({name}));
      await ask(kafka.bootstrap, deleteTopics, 6, {timeoutMs, topics: wanted});
      await embedded.stop();
    });

    it('the topic of committed offsets is there from the first group on that is looked for, as an internal one', async () => {
      for (const bootstrap of nodes.keys()) {
        await ask(bootstrap, findCoordinator, 4, {keyType: 0, coordinatorKeys: ['any']});
        const internal = async (wanted: {name: string}[] | null) => {
          const answer = await ask(bootstrap, metadata, 9, {topics: wanted});
          return answer.topics
            .filter(({isInternal}) => isInternal)
            .map(({name, errorCode}) => [name, errorCode]);
        };
        const offsets = ['__consumer_offsets', 0];
        await expect.poll(() => internal([{name: '__consumer_offsets'}]), patience).toEqual([offsets]);
        expect(await internal(null)).toContainEqual(offsets);
      }
    });

    it.each(oddRequests)('$name', async ({name, ask: askFor}) => {
      const [theirs, ours] = await Promise.all(
        [kafka.bootstrap, embedded.bootstrap].map(async bootstrap => {
          const answers = await askFor(bootstrap, nodes.get(bootstrap)!, topics.get(name)!);
          return answers.map(({code, message}) => ({
            code,
            // Nodes are numbered from 0 here and from 1 there.
            message: message?.replaceAll(/(the broker|expected) [01]\b/g, '$1 NODE') ?? null,
          }));
        }),
      );
      if (name in otherwise) expect(ours).not.toEqual(theirs);
      else expect(ours).toEqual(theirs);
      expect(ours!.length).toBeGreaterThan(0);
    });
  });
}
