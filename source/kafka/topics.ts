import {setTimeout as pause} from 'node:timers/promises';
import type {PartitionStatus} from '../flow/partition-status.ts';
import {checkTopicName} from '../flow/topic-name.ts';
import type {KafkaClient} from './client.ts';
import {ConnectedCluster} from './connected-cluster.ts';
import {DeadlineError, withDeadline} from './deadline.ts';
import {explainError} from './explain-error.ts';
import {sayLeaderless, waitsForNode} from './leaders.ts';
import {addPartitions, makeTopic} from './make-topics.ts';
import {earliest, latest} from './protocol/list-offsets.ts';
import {askMetadata, type PartitionMetadata, type TopicMetadata} from './protocol/metadata.ts';
import {topicOffsets} from './topic-offsets.ts';

export type TopicStatus =
  | {readonly status: 'missing'; readonly topic: string}
  | {
      readonly status: 'exists';
      readonly topic: string;
      /** null: the server gives topics no ids. */
      readonly id: string | null;
      readonly partitions: readonly PartitionStatus[];
      /** A sentence for each partition that has no leader now. */
      readonly leaderless?: readonly string[];
    };

export type ExistingTopic = TopicStatus & {readonly status: 'exists'};

export type EnsureOptions = {
  /** Left out: the broker's default. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** ms until every partition has a leader. */
  readonly deadline?: number;
};

const defaultDeadline = 20_000;
const pollInterval = 100;
/** ms that a topic which was there before is waited for, where one of its leaders does not answer. */
const oldDeadline = 3000;
const requestDeadline = 10_000;
type Offsets = {readonly first: ReadonlyMap<number, bigint>; readonly end: ReadonlyMap<number, bigint>};
const noOffsets: Offsets = {first: new Map(), end: new Map()};

/** What the topic's own error must be for it to be there, or not. */
const missing = new Set(['UNKNOWN_TOPIC_OR_PARTITION']);
const stillComing = new Set<string | null>([null, 'LEADER_NOT_AVAILABLE']);

/** Asks and creates through connections of its own, opened on the first call. */
export class Topics {
  readonly #connected: ConnectedCluster;

  constructor(client: KafkaClient) {
    this.#connected = new ConnectedCluster(client);
  }

  /** By name, so that another topic in trouble does not stand in the way; nor does one partition for the others. */
  async describe(topic: string): Promise<TopicStatus> {
    const {waiting: _, ...status} = await this.#look(topic);
    return status;
  }

  /**
   * Rule 1: looks first and creates only what is missing; that somebody else creates it at the same time is success.
   * Resolves when every partition has a leader that can have one now: one whose nodes are away is not waited for.
   */
  async ensure(
    topic: string,
    options: EnsureOptions = {},
  ): Promise<{readonly created: boolean; readonly topic: ExistingTopic}> {
    const {waiting, ...before} = await this.#look(topic);
    if (before.status === 'exists' && !waiting) return {created: false, topic: before};
    const created = before.status === 'missing' && (await this.#create(topic, options));
    const isOld = before.status === 'exists';
    const {deadline = defaultDeadline} = options;
    return {created, topic: await this.#untilLed(topic, {partitions: 1, isOld, deadline})};
  }

  /** The group's committed offsets, by partition; partitions without one are left out. */
  async committed(group: string, topic: string): Promise<ReadonlyMap<number, bigint>> {
    const cluster = await this.#connected.cluster();
    const what = `asking for the offsets of group ${group}`;
    const found = await withDeadline(
      (async () => {
        await cluster.addMultipleTargetTopics([topic]);
        const coordinator = await cluster.findGroupCoordinator({groupId: group});
        const partitions = cluster
          .findTopicPartitionMetadata(topic)
          .map(({partitionId}) => ({partition: partitionId}));
        return coordinator.offsetFetch({groupId: group, topics: [{topic, partitions}]});
      })(),
      requestDeadline,
      what,
    );
    const offsets = (found.responses[0]?.partitions ?? []).filter(({offset}) => BigInt(offset) >= 0n);
    return new Map(offsets.map(({partition, offset}) => [partition, BigInt(offset)]));
  }

  /** Raises the number of partitions to `count`, which must be more than there are, and waits for their leaders. */
  async ensurePartitions(topic: string, count: number): Promise<void> {
    const cluster = await this.#connected.cluster();
    await withDeadline(
      addPartitions(cluster, topic, count),
      15_000,
      `raising topic ${topic} to ${count} partitions`,
    );
    await this.#untilLed(topic, {partitions: count, isOld: false, deadline: defaultDeadline});
  }

  async close(): Promise<void> {
    await this.#connected.close();
  }

  /** `waiting`: a partition has no leader that answers yet, and can have one. */
  async #look(topic: string): Promise<TopicStatus & {readonly waiting: boolean}> {
    checkTopicName(topic);
    const asked = this.#connected.broker().then(broker => askMetadata(broker, [topic]));
    const {topics, brokers} = await withDeadline(asked, requestDeadline, `asking for topic ${topic}`);
    const found = topics.find(({name}) => name === topic);
    if (!found || missing.has(found.errorType ?? '')) return {status: 'missing', topic, waiting: false};
    if (!stillComing.has(found.errorType))
      throw Object.assign(new Error(found.errorType!), {type: found.errorType});
    const up = brokers.map(({node}) => node);
    const leaderless = found.partitions.filter(({leader}) => leader === null);
    const partitions = await this.#withOffsets(topic, found);
    const isSilent = partitions.some(({leader, end}) => leader !== null && end === null);
    return {
      status: 'exists',
      topic,
      id: found.id,
      partitions,
      ...(leaderless.length > 0 && {leaderless: leaderless.map(each => sayLeaderless(topic, each, up))}),
      waiting: partitions.length === 0 || isSilent || leaderless.some(each => !waitsForNode(each, up)),
    };
  }

  /** With the offsets of those that have a leader; null where it does not answer now, which is no error of the others. */
  async #withOffsets(topic: string, {partitions}: TopicMetadata): Promise<readonly PartitionStatus[]> {
    const led = partitions.filter(({leader}) => leader !== null);
    const asked = withDeadline(
      this.#offsets(topic, led),
      requestDeadline,
      `asking for the offsets of ${topic}`,
    );
    const {first, end} = await asked.catch(error => {
      if (!explainError(error).retryable) throw error;
      return noOffsets;
    });
    return partitions.map(({partition, leader, replicas, inSync}) => ({
      partition,
      leader,
      replicas,
      inSync,
      first: first.get(partition) ?? null,
      end: end.get(partition) ?? null,
    }));
  }

  async #offsets(topic: string, led: readonly PartitionMetadata[]): Promise<Offsets> {
    if (led.length === 0) return noOffsets;
    const cluster = await this.#connected.cluster();
    await cluster.addMultipleTargetTopics([topic]);
    const known = cluster.findTopicPartitionMetadata(topic);
    const isCurrent = led.every(({partition, leader}) =>
      known.some(each => each.partitionId === partition && each.leader === leader),
    );
    if (!isCurrent) await cluster.refreshMetadata();
    const partitions = led.map(({partition}) => partition);
    const [first, end] = await Promise.all([
      topicOffsets(cluster, topic, partitions, earliest),
      topicOffsets(cluster, topic, partitions, latest),
    ]);
    return {first, end};
  }

  /**
   * `isOld`: the topic was there before. One whose leader has just died is not waited for as long as the cluster takes to
   * notice: what has a leader can be used.
   */
  async #untilLed(
    topic: string,
    wanted: {readonly partitions: number; readonly isOld: boolean; readonly deadline: number},
  ): Promise<ExistingTopic> {
    const {partitions, isOld, deadline} = wanted;
    const began = Date.now();
    for (;;) {
      const {waiting, ...now} = await this.#lookUnlessMoving(topic);
      const isThere = now.status === 'exists' && now.partitions.length >= partitions;
      if (isThere && !waiting) return now;
      const waited = Date.now() - began;
      if (isThere && isOld && waited > oldDeadline && now.partitions.some(({end}) => end !== null))
        return now;
      if (waited > deadline)
        throw new DeadlineError(`every partition of topic ${topic} to have a leader`, deadline);
      await pause(pollInterval);
    }
  }

  /** A topic just made: a leader may not know yet that it is one, and another broker not of the topic. */
  async #lookUnlessMoving(topic: string): Promise<TopicStatus & {readonly waiting: boolean}> {
    try {
      return await this.#look(topic);
    } catch (error) {
      const {type} = error as {type?: string};
      if (['UNKNOWN_TOPIC_OR_PARTITION', 'NOT_LEADER_FOR_PARTITION'].includes(type ?? ''))
        return {status: 'missing', topic, waiting: true};
      throw error;
    }
  }

  async #create(topic: string, options: EnsureOptions): Promise<boolean> {
    const cluster = await this.#connected.cluster();
    return withDeadline(makeTopic(cluster, topic, options), 15_000, `creating topic ${topic}`);
  }
}
