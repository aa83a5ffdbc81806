import {randomUUID} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, inject, it, vi} from 'vitest';
import {type EmbeddedBroker, startBroker} from '../../source/broker/index.ts';
import {describeCluster, findCoordinator} from '../../source/broker/messages/cluster.ts';
import {offsetFetch} from '../../source/broker/messages/groups.ts';
import {initProducerId, listOffsets, produce} from '../../source/broker/messages/produce-and-fetch.ts';
import {createTopics, deleteTopics} from '../../source/broker/messages/topics.ts';
import {ask} from './support/ask.ts';
import {plainLives} from './support/plain-lives.ts';
import {type Place, plainRequests, threeRecords} from './support/plain-requests.ts';

/** What another broker has another of: who it is, where, and what it made up itself. */
const ofTheBroker: ReadonlySet<string> = new Set([
  'nodeId',
  'brokerId',
  'resourceName',
  'controllerId',
  'leaderId',
  'replicaNodes',
  'isrNodes',
  'host',
  'port',
  'clusterId',
  'topicId',
  'producerId',
  'logDir',
  'totalBytes',
  'usableBytes',
  'partitionSize',
  'memberId',
  'leader',
  'clientHost',
  'transactionStartTimeMs',
]);
/** A setting that Kafka's metadata carry from their first day on, as if somebody had set it for all brokers. */
const setByItself = 'min.insync.replicas';
const timeoutMs = 30_000;
const patience = {timeout: 60_000, interval: 50};
const kafka = inject('kafka');

if ('missing' in kafka) it.skip(`plain requests beside Apache Kafka: skipped, ${kafka.missing}`, () => {});
else {
  describe('plain requests are answered as by Apache Kafka, field by field', () => {
    const run = randomUUID();
    const topic = `plain_${run}`;
    const places: Place[] = [];
    let embedded: EmbeddedBroker;

    beforeAll(async () => {
      embedded = await startBroker({defaults: {autoCreateTopics: true}});
      for (const bootstrap of [kafka.bootstrap, embedded.bootstrap]) {
        const {brokers} = await ask(bootstrap, describeCluster, 0, {});
        places.push({bootstrap, node: brokers[0]!.brokerId, topic, run});
        await ask(bootstrap, createTopics, 7, {
          timeoutMs,
          topics: [{name: topic, numPartitions: 2, replicationFactor: 1}],
        });
        const partitions = [0, 1].map(partitionIndex => ({partitionIndex, timestamp: -1n}));
        await vi.waitFor(async () => {
          const answer = await ask(bootstrap, listOffsets, 7, {
            replicaId: -1,
            topics: [{name: topic, partitions}],
          });
          expect(answer.topics[0]!.partitions.map(({errorCode}) => errorCode)).toEqual([0, 0]);
        }, patience);
      }
      for (const {bootstrap} of places) await coordinated(bootstrap, run);
      // The same bytes to both, since answers tell of their times.
      const records = threeRecords();
      for (const {bootstrap} of places) {
        await ask(bootstrap, produce, 7, {
          acks: -1,
          timeoutMs,
          topicData: [{name: topic, partitionData: [{index: 0, records}]}],
        });
      }
    });

    afterAll(async () => {
      const names = [topic, ...plainRequests.map((_, index) => `made_${run}_${index}`)];
      await ask(kafka.bootstrap, deleteTopics, 6, {timeoutMs, topics: names.map(name => ({name}))});
      await embedded.stop();
    });

    it.each([...plainRequests, ...plainLives])('$name', async ({ask: askAt}) => {
      const [theirs, ours] = await Promise.all(places.map(async place => comparable(await askAt(place))));
      expect(ours).toEqual(theirs);
    });
  });
}

/** A cluster that is new makes the topics of its coordinators first, and answers that it is not ready. */
async function coordinated(bootstrap: string, run: string): Promise<void> {
  await vi.waitFor(async () => {
    for (const keyType of [0, 1]) {
      const found = await ask(bootstrap, findCoordinator, 4, {keyType, coordinatorKeys: [run]});
      expect(found.coordinators[0]!.errorCode).toBe(0);
    }
    const started = await ask(bootstrap, initProducerId, 4, {
      transactionalId: `ready_${run}`,
      transactionTimeoutMs: 1000,
      producerId: -1n,
      producerEpoch: -1,
    });
    expect(started.errorCode).toBe(0);
    const committed = await ask(bootstrap, offsetFetch, 8, {groups: [{groupId: run, topics: null}]});
    expect(committed.groups[0]!.errorCode).toBe(0);
  }, patience);
}

/** The answer without what belongs to the broker; lists of settings and partitions in order of their names. */
function comparable(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (Array.isArray(value)) {
    return value
      .filter(each => each?.name !== setByItself)
      .map(each => comparable(each))
      .sort((one, other) => orderOf(one).localeCompare(orderOf(other)));
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      ofTheBroker.has(name) ? typeof each : comparable(each),
    ]),
  );
}

/** Only what Kafka answers in no order has a name or an index, or is one; synonyms and the steps of a life keep theirs. */
function orderOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (value === null || typeof value !== 'object' || 'source' in value) return '';
  const {name = '', topic = '', partitionIndex = ''} = value as Record<string, unknown>;
  return `${name} ${topic} ${partitionIndex}`;
}
