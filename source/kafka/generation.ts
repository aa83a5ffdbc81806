import type OffsetManager from 'kafkajs/src/consumer/offsetManager/index.js';
import type {PartitionOffset} from '../flow/events.ts';
import type {TopicPartition} from '../flow/message.ts';
import {commitMetadata, topicIdIn} from './commit-metadata.ts';
import {nextAfterEmptyBatches} from './empty-batches.ts';
import {topicIdentity} from './topic-identity.ts';

/** What the broker says of a partition, in one moment. */
export type BrokerFacts = TopicPartition & {
  /** null: the group has no committed offset here. */
  readonly committed: bigint | null;
  readonly first: bigint;
  /** The end for a reader of committed records (last stable offset). */
  readonly end: bigint;
  /** The topic's id at the time of the committed offset, where it was kept with it. */
  readonly committedIn: string | null;
};

/** One generation of our membership of the group: reads and commits go through it, and end with it. */
export class Generation {
  readonly #offsets: OffsetManager;
  readonly #topic: string;

  constructor(offsets: OffsetManager, topic: string) {
    this.#offsets = offsets;
    this.#topic = topic;
  }

  get id(): number {
    return this.#offsets.generationId;
  }

  get memberId(): string {
    return this.#offsets.memberId;
  }

  /** Commits once, in this generation or not at all. Rejects with KafkaJS's error. */
  async commit(offsets: readonly PartitionOffset[], topicId: string | null): Promise<void> {
    await this.#offsets.commitOffsets({
      topics: [
        {
          topic: this.#topic,
          partitions: offsets.map(({partition, offset}) => ({
            partition,
            offset: offset.toString(),
            metadata: commitMetadata(topicId),
          })),
        },
      ],
    });
  }

  async facts(partitions: readonly number[]): Promise<BrokerFacts[]> {
    if (partitions.length === 0) return [];
    const topic = this.#topic;
    const asked = [{topic, partitions: partitions.map(partition => ({partition}))}];
    const {cluster, groupId} = this.#offsets;
    const coordinator = await this.#offsets.getCoordinator();
    const [committed, first, end] = await Promise.all([
      coordinator.offsetFetch({groupId, topics: asked}),
      cluster.fetchTopicsOffset([{...asked[0]!, fromBeginning: true}]),
      cluster.fetchTopicsOffset([{...asked[0]!, fromBeginning: false}]),
    ]);
    const committedHere = committed.responses.find(each => each.topic === topic)?.partitions ?? [];
    return partitions.map(partition => {
      const commit = committedHere.find(each => each.partition === partition);
      const offset = BigInt(commit?.offset ?? -1);
      return {
        topic,
        partition,
        committed: offset < 0n ? null : offset,
        first: offsetIn(first, partition),
        end: offsetIn(end, partition),
        committedIn: topicIdIn(commit?.metadata ?? null),
      };
    });
  }

  /** Offsets of the first record at or after `time` (ms since 1970); the end where there is none. */
  async offsetsAt(partitions: readonly number[], time: number): Promise<Map<number, bigint>> {
    const asked = {topic: this.#topic, partitions: partitions.map(partition => ({partition}))};
    const {cluster} = this.#offsets;
    const [found, end] = await Promise.all([
      cluster.fetchTopicsOffset([{...asked, fromTimestamp: time}]),
      cluster.fetchTopicsOffset([{...asked, fromBeginning: false}]),
    ]);
    return new Map(
      partitions.map(partition => {
        const offset = offsetIn(found, partition);
        return [partition, offset < 0n ? offsetIn(end, partition) : offset];
      }),
    );
  }

  /**
   * Facts of the partitions, and the id that the topic has; null without partitions of a topic that is not there. Rejects
   * where the topic is not there and its partitions are still ours: whatever answers next may be another one.
   */
  async look(
    partitions: readonly number[],
  ): Promise<{readonly topicId: string | null; readonly facts: readonly BrokerFacts[]}> {
    const [topicId, facts] = await Promise.all([this.topicId(), this.facts(partitions)]);
    if (topicId === null && partitions.length > 0)
      throw new Error(`Topic ${this.#topic} is not there now; perhaps it is being made again`);
    return {topicId, facts};
  }

  /** null: there is no such topic now. */
  async topicId(): Promise<string | null> {
    return topicIdentity(await this.#offsets.getCoordinator(), this.#topic);
  }

  /** See `nextAfterEmptyBatches`. */
  async nextRecord(partition: number, offset: bigint): Promise<bigint> {
    const {cluster} = this.#offsets;
    const leader = Object.keys(cluster.findLeaderForPartitions(this.#topic, [partition]))[0];
    if (leader === undefined) return offset;
    const broker = await cluster.findBroker({nodeId: leader});
    return nextAfterEmptyBatches(broker, {topic: this.#topic, partition}, offset);
  }
}

function offsetIn(
  answer: {topic: string; partitions: {partition: number; offset: string}[]}[],
  partition: number,
): bigint {
  const found = answer[0]?.partitions.find(each => each.partition === partition);
  if (!found) throw new Error(`The broker did not say the offsets of partition ${partition}`);
  return BigInt(found.offset);
}
