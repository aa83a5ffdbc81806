import type {Admin} from 'kafkajs';
import kafkajs from 'kafkajs';
import type {PartitionStatus} from '../flow/partition-status.ts';
import {checkTopicName} from '../flow/topic-name.ts';
import type {KafkaClient} from './client.ts';
import {DeadlineError, withDeadline} from './deadline.ts';

export type TopicStatus =
  | {readonly status: 'missing'; readonly topic: string}
  | {readonly status: 'exists'; readonly topic: string; readonly partitions: readonly PartitionStatus[]};

type ExistingTopic = TopicStatus & {readonly status: 'exists'};

export type EnsureOptions = {
  /** Left out: the broker's default. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** ms until every partition has a leader. */
  readonly deadline?: number;
};

const defaultDeadline = 20_000;
const pollInterval = 100;
/** Together with a look at what answers on the port, a person hears within 10 s what is wrong. */
const connectDeadline = 6000;

/** Asks and creates through one admin connection, opened on the first call. */
export class Topics {
  readonly #admin: Admin;
  #connected: Promise<void> | null = null;

  constructor(client: KafkaClient) {
    this.#admin = client.kafka.admin();
  }

  async #connection(): Promise<Admin> {
    this.#connected ??= this.#admin.connect();
    try {
      await withDeadline(this.#connected, connectDeadline, 'connecting');
    } catch (error) {
      this.#connected = null;
      throw error;
    }
    return this.#admin;
  }

  /** By name, so that another topic in trouble does not stand in the way. */
  async describe(topic: string): Promise<TopicStatus> {
    checkTopicName(topic);
    const admin = await this.#connection();
    const partitions = await withDeadline(metadataOf(admin, topic), 10_000, `asking for topic ${topic}`);
    if (!partitions) return {status: 'missing', topic};
    const offsets = partitions.every(each => each.leader !== null)
      ? await withDeadline(admin.fetchTopicOffsets(topic), 10_000, `asking for the offsets of ${topic}`)
      : [];
    return {
      status: 'exists',
      topic,
      partitions: partitions.map(each => {
        const found = offsets.find(offset => offset.partition === each.partition);
        return {...each, first: found ? BigInt(found.low) : null, end: found ? BigInt(found.high) : null};
      }),
    };
  }

  /**
   * Rule 1: looks first and creates only what is missing; that somebody else creates it at the same time is success.
   * Resolves when every partition has a leader.
   */
  async ensure(
    topic: string,
    options: EnsureOptions = {},
  ): Promise<{readonly created: boolean; readonly topic: ExistingTopic}> {
    const before = await this.#describeUnlessLeaderless(topic);
    if (isLed(before)) return {created: false, topic: before};
    const created = before?.status === 'missing' && (await this.#create(topic, options));
    return {created, topic: await this.#untilLed(topic, 1, options.deadline)};
  }

  async #untilLed(topic: string, partitions: number, deadline = defaultDeadline): Promise<ExistingTopic> {
    const until = Date.now() + deadline;
    for (;;) {
      const now = await this.#describeUnlessLeaderless(topic);
      if (isLed(now) && now.partitions.length >= partitions) return now;
      if (Date.now() > until)
        throw new DeadlineError(`every partition of topic ${topic} to have a leader`, deadline);
      await new Promise(resolve => setTimeout(resolve, pollInterval));
    }
  }

  /** null: it is there, and the broker answers with an error because a partition has no leader yet. */
  async #describeUnlessLeaderless(topic: string): Promise<TopicStatus | null> {
    try {
      return await this.describe(topic);
    } catch (error) {
      if (isLeaderless(error)) return null;
      throw error;
    }
  }

  /** Asks the cluster who it is; fails where a broker cannot be reached under the name that it gives itself. */
  async describeCluster(): Promise<{readonly brokers: number}> {
    const admin = await this.#connection();
    const {brokers} = await withDeadline(admin.describeCluster(), 10_000, 'asking for the cluster');
    return {brokers: brokers.length};
  }

  /** The group's committed offsets, by partition; partitions without one are left out. */
  async committed(group: string, topic: string): Promise<ReadonlyMap<number, bigint>> {
    const admin = await this.#connection();
    const asked = admin.fetchOffsets({groupId: group, topics: [topic]});
    const [found] = await withDeadline(asked, 10_000, `asking for the offsets of group ${group}`);
    const offsets = (found?.partitions ?? []).filter(({offset}) => offset !== '-1');
    return new Map(offsets.map(({partition, offset}) => [partition, BigInt(offset)]));
  }

  /** Raises the number of partitions to `count`, which must be more than there are, and waits for their leaders. */
  async ensurePartitions(topic: string, count: number): Promise<void> {
    const admin = await this.#connection();
    await withDeadline(
      admin.createPartitions({topicPartitions: [{topic, count}]}),
      15_000,
      `raising topic ${topic} to ${count} partitions`,
    );
    await this.#untilLed(topic, count);
  }

  async #create(topic: string, {partitions, replicationFactor}: EnsureOptions): Promise<boolean> {
    const admin = await this.#connection();
    const request = {
      waitForLeaders: false,
      topics: [{topic, numPartitions: partitions ?? -1, replicationFactor: replicationFactor ?? -1}],
    };
    // false: it exists by now; somebody was quicker.
    return withDeadline(admin.createTopics(request), 15_000, `creating topic ${topic}`);
  }

  async close(): Promise<void> {
    if (!this.#connected) return;
    this.#connected = null;
    await withDeadline(this.#admin.disconnect(), 3000, 'disconnecting').catch(() => {});
  }
}

function isLed(topic: TopicStatus | null): topic is ExistingTopic {
  return topic?.status === 'exists' && topic.partitions.every(each => each.leader !== null);
}

/** A topic just made, or one whose broker went: KafkaJS turns one such partition into an error for all of them. */
function isLeaderless(error: unknown): boolean {
  const {type, cause} = error as {type?: string; cause?: unknown};
  if (type === 'LEADER_NOT_AVAILABLE' || type === 'NOT_LEADER_FOR_PARTITION') return true;
  return cause !== undefined && cause !== null && isLeaderless(cause);
}

async function metadataOf(
  admin: Admin,
  topic: string,
): Promise<Omit<PartitionStatus, 'first' | 'end'>[] | null> {
  try {
    const {topics} = await admin.fetchTopicMetadata({topics: [topic]});
    return (topics[0]?.partitions ?? [])
      .map(({partitionId, leader, replicas, isr}) => ({
        partition: partitionId,
        leader: leader < 0 ? null : leader,
        replicas,
        inSync: isr,
      }))
      .sort((left, right) => left.partition - right.partition);
  } catch (error) {
    if (isUnknownTopic(error)) return null;
    throw error;
  }
}

function isUnknownTopic(error: unknown): boolean {
  const {type, cause} = error as {type?: string; cause?: unknown};
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return true;
  return cause instanceof kafkajs.KafkaJSError && isUnknownTopic(cause);
}
