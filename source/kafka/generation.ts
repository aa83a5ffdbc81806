import type OffsetManager from 'kafkajs/src/consumer/offsetManager/index.js';
import type {PartitionOffset} from '../flow/events.ts';
import type {TopicPartition} from '../flow/message.ts';
import {type CommitMark, commitMetadata, leastStart, markIn} from './commit-metadata.ts';
import {withDeadline} from './deadline.ts';
import {askMetadata, type Metadata} from './protocol/metadata.ts';
import {presenceIn, sayWithoutIds, type TopicPresence, topicIdentity} from './topic-identity.ts';

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

/** A partition that nobody can tell of now: it has no leader, or its leader does not answer. */
export type Unreachable = {readonly partition: number; readonly committed: bigint | null};

export type Look = {
  readonly presence: TopicPresence;
  readonly facts: readonly BrokerFacts[];
  readonly unreachable: readonly Unreachable[];
};

/** One leader that does not answer keeps the others' partitions waiting this long, in ms. */
const leaderDeadline = 4000;

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
  async commit(offsets: readonly PartitionOffset[], mark: CommitMark): Promise<void> {
    await this.#offsets.commitOffsets({
      topics: [
        {
          topic: this.#topic,
          partitions: offsets.map(({partition, offset}) => ({
            partition,
            offset: offset.toString(),
            metadata: commitMetadata(mark),
          })),
        },
      ],
    });
  }

  /** What the cluster tells of these partitions; those that it cannot tell of are left out. */
  async facts(partitions: readonly number[]): Promise<readonly BrokerFacts[]> {
    return (await this.#facts(partitions)).facts;
  }

  async #facts(partitions: readonly number[]): Promise<Omit<Look, 'presence'>> {
    if (partitions.length === 0) return {facts: [], unreachable: []};
    const [commits, firsts, ends] = await Promise.all([
      this.#commits(partitions),
      this.#offsetsOf(partitions, {fromBeginning: true}),
      this.#offsetsOf(partitions, {fromBeginning: false}),
    ]);
    const facts: BrokerFacts[] = [];
    const unreachable: Unreachable[] = [];
    for (const partition of partitions) {
      const {committed, mark} = commits.get(partition)!;
      const committedIn = mark?.topicId ?? null;
      const [first, end] = [firsts.get(partition), ends.get(partition)];
      if (first === undefined || end === undefined) unreachable.push({partition, committed});
      else facts.push({topic: this.#topic, partition, committed, committedIn, first, end});
    }
    return {facts, unreachable};
  }

  async #commits(
    partitions: readonly number[],
  ): Promise<ReadonlyMap<number, {readonly committed: bigint | null; readonly mark: CommitMark | null}>> {
    const topic = this.#topic;
    const coordinator = await this.#offsets.getCoordinator();
    const {responses} = await coordinator.offsetFetch({
      groupId: this.#offsets.groupId,
      topics: [{topic, partitions: partitions.map(partition => ({partition}))}],
    });
    const found = responses.find(each => each.topic === topic)?.partitions ?? [];
    return new Map(
      partitions.map(partition => {
        const commit = found.find(each => each.partition === partition);
        const offset = BigInt(commit?.offset ?? -1);
        return [partition, {committed: offset < 0n ? null : offset, mark: markIn(commit?.metadata ?? null)}];
      }),
    );
  }

  /** Offsets by partition, of those whose leader answers; rejects where none does. Below 0: no record of that time. */
  async #offsetsOf(
    partitions: readonly number[],
    asked: {readonly fromBeginning: boolean} | {readonly fromTimestamp: number},
  ): Promise<ReadonlyMap<number, bigint>> {
    const {cluster} = this.#offsets;
    const topic = this.#topic;
    const leaders = cluster.findLeaderForPartitions(topic, [...partitions]);
    const led = Object.entries(leaders).filter(([leader]) => Number(leader) >= 0);
    const answers = await Promise.allSettled(
      led.map(([leader, theirs]) =>
        withDeadline(
          cluster.fetchTopicsOffset([{topic, partitions: theirs.map(partition => ({partition})), ...asked}]),
          leaderDeadline,
          `asking node ${leader} for offsets of ${topic}`,
        ),
      ),
    );
    const told = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
    const [refused] = answers.filter(answer => answer.status === 'rejected');
    if (told.length === 0 && refused) throw refused.reason;
    const offsets = told.flatMap(each => (each.topic === topic ? each.partitions : []));
    return new Map(offsets.map(({partition, offset}) => [partition, BigInt(offset)]));
  }

  /**
   * How many partitions the topic had when the group started on it, by the topic's id; null: it has not, or not by members
   * of ours that keep this. What was committed for an earlier topic of the name does not count.
   */
  async startedWith(): Promise<(topicId: string | null) => number | null> {
    const commits = [...(await this.#commits(this.#all())).values()];
    return topicId => {
      const marks = commits.flatMap(({mark}) => (mark?.topicId === topicId ? [mark] : []));
      return leastStart(marks.map(({startedWith}) => startedWith));
    };
  }

  /** Of all partitions: offsets of the first record at or after `time` (ms since 1970); the end where there is none. */
  async offsetsAt(time: number): Promise<Map<number, bigint>> {
    const all = this.#all();
    const [found, ends] = await Promise.all([this.#offsetsOf(all, {fromTimestamp: time}), this.ends()]);
    return new Map(
      [...ends].map(([partition, end]) => {
        const offset = found.get(partition) ?? -1n;
        return [partition, offset < 0n ? end : offset];
      }),
    );
  }

  /** The ends of all partitions. */
  ends(): Promise<ReadonlyMap<number, bigint>> {
    return this.#offsetsOf(this.#all(), {fromBeginning: false});
  }

  #all(): number[] {
    return this.#offsets.cluster.findTopicPartitionMetadata(this.#topic).map(({partitionId}) => partitionId);
  }

  /**
   * Facts of the partitions, and what is known of the topic itself. KafkaJS, which looks at its metadata twice a minute, is
   * told at once of partitions that were added and of leaders that changed. Rejects where the topic is not there and its
   * partitions are still ours: whatever answers next may be another one.
   */
  async look(partitions: readonly number[]): Promise<Look> {
    const coordinator = await this.#offsets.getCoordinator();
    // Both at once: nothing is fetched before this is known, each time that the group has met.
    const asked = this.#facts(partitions).catch((error: unknown) => ({error}));
    const metadata = await askMetadata(coordinator, [this.#topic]);
    const presence = presenceIn(metadata, this.#topic);
    sayWithoutIds(coordinator, presence);
    if (!presence.exists && partitions.length > 0)
      throw new Error(`Topic ${this.#topic} is not there now; perhaps it is being made again`);
    if (presence.exists && this.#isNews(metadata)) {
      // KafkaJS asks again by itself where this fails.
      await this.#offsets.cluster.refreshMetadata().catch(() => {});
      return {presence, ...(await this.#facts(partitions))};
    }
    const told = await asked;
    if ('error' in told) throw told.error;
    return {presence, ...told};
  }

  /** Whether partitions or leaders are others than those that KafkaJS knows. */
  #isNews({topics}: Metadata): boolean {
    const known = this.#offsets.cluster.findTopicPartitionMetadata(this.#topic);
    const leaders = new Map(known.map(({partitionId, leader}) => [partitionId, leader < 0 ? null : leader]));
    const now = topics.find(({name}) => name === this.#topic)?.partitions ?? [];
    return now.some(({partition, leader}) => leaders.get(partition) !== leader);
  }

  /** null: there is no such topic now. */
  async topicId(): Promise<string | null> {
    return topicIdentity(await this.#offsets.getCoordinator(), this.#topic);
  }
}
