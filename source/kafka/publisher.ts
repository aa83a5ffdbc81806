import type {Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import type {BulkPublisher, Delivery, Draft, Heard, Known, Publisher} from '../flow/delivery.ts';
import type {KafkaClient} from './client.ts';
import {withDeadline} from './deadline.ts';
import {explainError} from './explain-error.ts';
import {PartitionQueue} from './partition-queue.ts';
import type {Partitioner} from './partitioners.ts';

export type PublisherOptions = {
  readonly client: KafkaClient;
  readonly partitioner: Partitioner;
  /** ms after which a record without an answer counts as unknown. */
  readonly deadline?: number;
};

/** A record whose partition is not chosen yet. */
type Arrived = {readonly draft: Draft; readonly number: number; readonly heard: Heard};

/** How many partitions a topic has, and which of them have a leader. */
type KnownTopic = {readonly count: number; readonly led: readonly number[]};

/** One topic's records whose partition is not chosen yet. */
type Arrivals = {readonly waiting: Arrived[]; isAsking: boolean};

const defaultDeadline = 10_000;
const topicDeadline = 10_000;

/**
 * Rule 2: sends each draft's bytes once, verbatim, acks=all, and says what is known of it. It stands on KafkaJS's
 * connections but not on its producer, which repeats, reorders and (idempotent) loses: see `produce-request`.
 */
export class KafkaPublisher implements Publisher, BulkPublisher {
  readonly #options: PublisherOptions;
  readonly #deadline: number;
  readonly #queues = new Map<string, PartitionQueue[]>();
  readonly #arrivals = new Map<string, Arrivals>();
  #cluster: Promise<Cluster> | null = null;
  #known = new Map<string, KnownTopic>();
  #count = 0;
  readonly #spare: Buffer[] = [];
  /** Records without a state. */
  #unsettled = 0;
  #allSettled: (() => void) | null = null;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#deadline = options.deadline ?? defaultDeadline;
  }

  async publish(draft: Draft, changed?: (delivery: Delivery) => void): Promise<Delivery> {
    return this.#deliver(draft, changed);
  }

  async publishAll(drafts: readonly Draft[], changed?: (delivery: Delivery) => void): Promise<Delivery[]> {
    return Promise.all(drafts.map(draft => this.#deliver(draft, changed)));
  }

  send(draft: Draft, number: number, heard: Heard): void {
    this.#unsettled++;
    const {topic} = draft;
    const arrivals = this.#arrivalsOf(topic);
    const mayOvertake = arrivals.waiting.length === 0 && this.#known.has(topic);
    const queue = mayOvertake ? this.#queueOf(draft) : null;
    if (queue) queue.add(draft, number, heard);
    else {
      arrivals.waiting.push({draft, number, heard});
      void this.#place(topic);
    }
  }

  async close(): Promise<void> {
    const last = new Promise<void>(resolve => {
      if (this.#unsettled === 0) resolve();
      else this.#allSettled = resolve;
    });
    await withDeadline(last, this.#deadline + 1000, 'the last acknowledgements').catch(() => {});
    const cluster = await this.#cluster?.catch(() => null);
    if (cluster) await withDeadline(cluster.disconnect(), 2000, 'disconnecting').catch(() => {});
  }

  #deliver(draft: Draft, changed?: (delivery: Delivery) => void): Promise<Delivery> {
    let delivery: Delivery = {id: ++this.#count, draft, sentAt: Date.now(), state: {status: 'pending'}};
    changed?.(delivery);
    return new Promise(resolve => {
      this.send(draft, delivery.id, (_, state, hasAppendTime) => {
        const {timestamp} = draft;
        const keepsTime = state.status === 'acknowledged' && timestamp !== undefined && !hasAppendTime;
        delivery = {...delivery, state: keepsTime ? {...state, timestamp} : state};
        changed?.(delivery);
        resolve(delivery);
      });
    });
  }

  #arrivalsOf(topic: string): Arrivals {
    let arrivals = this.#arrivals.get(topic);
    if (!arrivals) {
      arrivals = {waiting: [], isAsking: false};
      this.#arrivals.set(topic, arrivals);
    }
    return arrivals;
  }

  /** Puts what arrived for a topic into the queues of its partitions, in order: no later call overtakes an earlier one. */
  async #place(topic: string): Promise<void> {
    const arrivals = this.#arrivalsOf(topic);
    if (arrivals.isAsking) return;
    arrivals.isAsking = true;
    let lost: {readonly error: unknown} | null = null;
    try {
      await this.#knowTopic(topic);
      // The topic may have grown since it was asked for.
      if (arrivals.waiting.some(({draft}) => this.#isUnknown(draft))) await this.#askAgain(topic);
    } catch (error) {
      lost = {error};
    }
    arrivals.isAsking = false;
    for (const arrived of arrivals.waiting.splice(0)) {
      const queue = lost ? null : this.#queueOf(arrived.draft);
      if (queue) queue.add(arrived.draft, arrived.number, arrived.heard);
      else this.#fail(arrived, lost?.error);
    }
  }

  async #knowTopic(topic: string): Promise<void> {
    if (this.#known.has(topic)) return;
    const cluster = await this.#connection();
    await withDeadline(cluster.addMultipleTargetTopics([topic]), topicDeadline, `asking for topic ${topic}`);
    this.#know(cluster, topic);
  }

  #isUnknown({topic, partition}: Draft): boolean {
    return partition !== undefined && partition >= this.#known.get(topic)!.count;
  }

  async #askAgain(topic: string): Promise<void> {
    const cluster = await this.#connection();
    await withDeadline(cluster.refreshMetadata(), topicDeadline, `asking for topic ${topic}`);
    this.#know(cluster, topic);
  }

  #know(cluster: Cluster, topic: string): void {
    const partitions = cluster.findTopicPartitionMetadata(topic);
    const led = partitions.filter(({leader}) => leader >= 0).map(({partitionId}) => partitionId);
    this.#known.set(topic, {count: partitions.length, led: led.sort((left, right) => left - right)});
  }

  async #connection(): Promise<Cluster> {
    this.#cluster ??= (async () => {
      const cluster = this.#options.client.newCluster();
      try {
        await withDeadline(cluster.connect(), topicDeadline, 'connecting');
      } catch (error) {
        this.#cluster = null;
        cluster.disconnect().catch(() => {});
        throw error;
      }
      return cluster;
    })();
    return this.#cluster;
  }

  /** null: the draft names a partition that the topic does not have. */
  #queueOf({topic, key, partition}: Draft): PartitionQueue | null {
    const {count, led} = this.#known.get(topic)!;
    if (partition !== undefined && (partition < 0 || partition >= count)) return null;
    const chosen = partition ?? this.#choose(key, count, led);
    let queues = this.#queues.get(topic);
    if (!queues) {
      queues = [];
      this.#queues.set(topic, queues);
    }
    queues[chosen] ??= this.#newQueue(topic, chosen);
    return queues[chosen];
  }

  #newQueue(topic: string, partition: number): PartitionQueue {
    return new PartitionQueue(topic, partition, {
      brokers: this.#options.client.brokers,
      deadline: this.#deadline,
      connection: () => this.#connection(),
      looked: cluster => this.#know(cluster, topic),
      forgetTopic: () => this.#known.delete(topic),
      dropConnections: () => this.#dropCluster(),
      spare: this.#spare,
      settled: count => this.#settled(count),
    });
  }

  /** A key has its partition; a record without one goes where there is a leader, as other clients do it. */
  #choose(key: Buffer | null, count: number, led: readonly number[]): number {
    const {partitioner} = this.#options;
    return key || led.length === 0 ? partitioner(key, count) : led[partitioner(key, led.length)]!;
  }

  #fail({draft: {topic, partition}, number, heard}: Arrived, error: unknown): void {
    const {sentence, retryable} =
      error === undefined
        ? {
            sentence: `Topic ${topic} has no partition ${partition}; it has ${this.#known.get(topic)?.count}.`,
            retryable: false,
          }
        : explainError(error, {brokers: this.#options.client.brokers, topic});
    const state: Known = {status: 'failed', reason: sentence, retryable};
    heard([number], state, false);
    this.#settled(1);
  }

  #settled(count: number): void {
    this.#unsettled -= count;
    if (this.#unsettled === 0) this.#allSettled?.();
  }

  /** After a topic is deleted or a connection lost, KafkaJS's pool stays confused: the next batch gets a new one. */
  #dropCluster(): void {
    const cluster = this.#cluster;
    this.#cluster = null;
    this.#known = new Map();
    cluster?.then(each => each.disconnect()).catch(() => {});
  }
}
