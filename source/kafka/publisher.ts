import type {Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import type {Delivery, DeliveryState, Draft, Publisher} from '../flow/delivery.ts';
import type {KafkaClient} from './client.ts';
import {DeadlineError, withDeadline} from './deadline.ts';
import {explainError} from './explain-error.ts';
import {Leaderless, leaderOf} from './leaders.ts';
import type {Partitioner} from './partitioners.ts';
import {type ProduceAnswer, produce} from './produce-request.ts';
import {Refused} from './protocol/errors.ts';
import {recordSize} from './record-batch.ts';

export type PublisherOptions = {
  readonly client: KafkaClient;
  readonly partitioner: Partitioner;
  /** ms after which a record without an answer counts as unknown. */
  readonly deadline?: number;
};

/** A record on its way. */
type Sending = {
  delivery: Delivery;
  readonly size: number;
  readonly changed: ((delivery: Delivery) => void) | undefined;
  readonly settled: (delivery: Delivery) => void;
};

/** One partition's records: at most one request of them is on its way, so that their order is kept. */
type Queue = {readonly topic: string; readonly partition: number; waiting: Sending[]; busy: boolean};

/** How many partitions a topic has, and which of them have a leader. */
type KnownTopic = {readonly count: number; readonly led: readonly number[]};

/** One topic's records whose partition is not chosen yet. */
type Arrivals = {readonly waiting: Sending[]; isAsking: boolean};

const defaultDeadline = 10_000;
/** A late answer still updates its record for this long, in ms. */
const listenFor = 120_000;
/** Below the broker's default of 1 MiB for a batch (max.message.bytes). */
const batchBytes = 900_000;
const batchRecords = 10_000;
const topicDeadline = 10_000;

/** The broker may have appended the record, and says that it does not know. */
const appendedPerhaps = new Set([
  'REQUEST_TIMED_OUT',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'UNKNOWN',
  'NETWORK_EXCEPTION',
]);
/** Proved not appended, because another broker leads the partition: sent there, which is no repetition. */
const wrongLeader = new Set(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE']);
const mostLeaders = 5;
/** Proved not appended, because of one record perhaps: each is sent by itself, so that only the wrong ones fail. */
const forOneRecord = new Set(['MESSAGE_TOO_LARGE', 'INVALID_RECORD']);

/**
 * Rule 2: sends each draft's bytes once, verbatim, acks=all, and says what is known of it. It stands on KafkaJS's
 * connections but not on its producer, which repeats, reorders and (idempotent) loses: see `produce-request`.
 */
export class KafkaPublisher implements Publisher {
  readonly #options: PublisherOptions;
  readonly #deadline: number;
  readonly #queues = new Map<string, Queue>();
  readonly #arrivals = new Map<string, Arrivals>();
  readonly #pending = new Set<Promise<Delivery>>();
  #cluster: Promise<Cluster> | null = null;
  #known = new Map<string, KnownTopic>();
  #count = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#deadline = options.deadline ?? defaultDeadline;
  }

  async publish(draft: Draft, changed?: (delivery: Delivery) => void): Promise<Delivery> {
    const [delivery] = await this.publishAll([draft], changed);
    return delivery!;
  }

  async publishAll(drafts: readonly Draft[], changed?: (delivery: Delivery) => void): Promise<Delivery[]> {
    const results = drafts.map(draft => this.#begin(draft, changed));
    for (const {sending} of results) this.#arrivalsOf(sending.delivery.draft.topic).waiting.push(sending);
    for (const topic of new Set(drafts.map(draft => draft.topic))) void this.#place(topic);
    return Promise.all(results.map(each => each.result));
  }

  async close(): Promise<void> {
    const last = Promise.all(this.#pending);
    await withDeadline(last, this.#deadline + 1000, 'the last acknowledgements').catch(() => {});
    const cluster = await this.#cluster?.catch(() => null);
    if (cluster) await withDeadline(cluster.disconnect(), 2000, 'disconnecting').catch(() => {});
  }

  #begin(draft: Draft, changed?: (delivery: Delivery) => void) {
    const delivery: Delivery = {id: ++this.#count, draft, sentAt: Date.now(), state: {status: 'pending'}};
    let settle!: (delivery: Delivery) => void;
    const result = new Promise<Delivery>(resolve => {
      settle = resolve;
    });
    const sending: Sending = {delivery, size: recordSize(draft), changed, settled: settle};
    this.#pending.add(result);
    void result.then(() => this.#pending.delete(result));
    changed?.(delivery);
    return {sending, result};
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
      if (arrivals.waiting.some(({delivery}) => this.#isUnknown(delivery.draft))) await this.#askAgain(topic);
    } catch (error) {
      lost = {error};
    }
    arrivals.isAsking = false;
    const queues = new Set<Queue>();
    for (const sending of arrivals.waiting.splice(0)) {
      const queue = lost ? null : this.#queueOf(sending.delivery.draft);
      if (queue) {
        queue.waiting.push(sending);
        queues.add(queue);
      } else this.#fail(sending, lost?.error);
    }
    for (const queue of queues) void this.#work(queue);
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
  #queueOf({topic, key, partition}: Draft): Queue | null {
    const {count, led} = this.#known.get(topic)!;
    if (partition !== undefined && (partition < 0 || partition >= count)) return null;
    const chosen = partition ?? this.#choose(key, count, led);
    const name = `${topic}/${chosen}`;
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = {topic, partition: chosen, waiting: [], busy: false};
      this.#queues.set(name, queue);
    }
    return queue;
  }

  /** A key has its partition; a record without one goes where there is a leader, as other clients do it. */
  #choose(key: Buffer | null, count: number, led: readonly number[]): number {
    const {partitioner} = this.#options;
    return key || led.length === 0 ? partitioner(key, count) : led[partitioner(key, led.length)]!;
  }

  async #work(queue: Queue): Promise<void> {
    if (queue.busy) return;
    queue.busy = true;
    while (queue.waiting.length > 0) await this.#send(queue, takeBatch(queue));
    queue.busy = false;
  }

  /** Sends a batch until it is known, or known to be unknown. Another leader, or a smaller batch, is no repetition. */
  async #send(queue: Queue, batch: readonly Sending[], leaders = 1): Promise<void> {
    let sent: ReturnType<typeof produce> | null = null;
    try {
      const cluster = await this.#connection();
      const broker = await withDeadline(
        leaderOf(cluster, queue.topic, queue.partition, {refresh: leaders > 1}),
        topicDeadline,
        'finding the leader',
      );
      this.#know(cluster, queue.topic);
      const drafts = batch.map(each => each.delivery.draft);
      const began = performance.now();
      const now = Date.now();
      sent = produce(broker, queue, drafts, now, {requestTimeout: listenFor, brokerTimeout: this.#deadline});
      const answer = await this.#orUnknown(sent.answer, queue, batch, began, now);
      if (!answer) return;
      if (wrongLeader.has(answer.errorType ?? '') && leaders < mostLeaders) {
        await new Promise(resolve => setTimeout(resolve, 100 * leaders));
        await this.#send(queue, batch, leaders + 1);
      } else if (forOneRecord.has(answer.errorType ?? '') && batch.length > 1) {
        for (const each of batch) await this.#send(queue, [each]);
      } else this.#answered(queue, batch, answer, began, now);
    } catch (error) {
      // A topic just made: its leaders come within a moment. Nothing was sent.
      if (error instanceof Leaderless && leaders < mostLeaders) {
        await new Promise(resolve => setTimeout(resolve, 100 * leaders));
        return this.#send(queue, batch, leaders + 1);
      }
      this.#failedBatch(batch, error, sent?.written() ?? false);
      // Connections are in order; what is known of leaders is looked at again.
      if (error instanceof Leaderless) this.#known.delete(queue.topic);
      else this.#dropCluster();
    }
  }

  /** The answer, or null after the deadline; then the records are unknown, and a late answer still updates them. */
  async #orUnknown(
    answer: Promise<ProduceAnswer>,
    queue: Queue,
    batch: readonly Sending[],
    began: number,
    now: number,
  ): Promise<ProduceAnswer | null> {
    const seconds = this.#deadline / 1000;
    try {
      return await withDeadline(answer, this.#deadline, 'the acknowledgement');
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      const reason = `No broker acknowledgement within ${seconds} s; the record may still be delivered.`;
      for (const each of batch) this.#become(each, {status: 'unknown', reason});
      answer.then(
        late => this.#answered(queue, batch, late, began, now),
        () => {},
      );
      return null;
    }
  }

  #answered(
    queue: Queue,
    batch: readonly Sending[],
    answer: ProduceAnswer,
    began: number,
    now: number,
  ): void {
    const {errorType, reason, wrongRecords} = answer;
    if (errorType !== null) {
      const error = new Refused(errorType, wrongRecords.get(0) ?? reason);
      const {sentence, retryable} = explainError(error, {topic: queue.topic});
      const state: DeliveryState = appendedPerhaps.has(errorType)
        ? {status: 'unknown', reason: `${sentence} The record may be in the log.`}
        : {status: 'failed', reason: sentence, retryable};
      for (const each of batch) this.#become(each, state);
      if (errorType === 'UNKNOWN_TOPIC_OR_PARTITION') this.#dropCluster();
      return;
    }
    const latencyMs = performance.now() - began;
    batch.forEach((each, index) => {
      const own = each.delivery.draft.timestamp ?? now;
      this.#become(each, {
        status: 'acknowledged',
        partition: queue.partition,
        offset: answer.baseOffset + BigInt(index),
        timestamp: answer.logAppendTime >= 0 ? answer.logAppendTime : own,
        latencyMs,
      });
    });
  }

  #failedBatch(batch: readonly Sending[], error: unknown, written: boolean): void {
    const notSent = !written || (error as Error).message === 'Not connected';
    const {sentence, retryable} = explainError(error, {brokers: this.#options.client.brokers});
    const state: DeliveryState = notSent
      ? {status: 'failed', reason: sentence, retryable}
      : {
          status: 'unknown',
          reason: `The connection was lost before the acknowledgement; the record may be in the log. ${sentence}`,
        };
    for (const each of batch) this.#become(each, state);
  }

  #fail(sending: Sending, error: unknown): void {
    const {topic, partition} = sending.delivery.draft;
    const {sentence, retryable} =
      error === undefined
        ? {
            sentence: `Topic ${topic} has no partition ${partition}; it has ${this.#known.get(topic)?.count}.`,
            retryable: false,
          }
        : explainError(error, {brokers: this.#options.client.brokers, topic});
    this.#become(sending, {status: 'failed', reason: sentence, retryable});
  }

  #become(sending: Sending, state: DeliveryState): void {
    sending.delivery = {...sending.delivery, state};
    sending.changed?.(sending.delivery);
    sending.settled(sending.delivery);
  }

  /** After a topic is deleted or a connection lost, KafkaJS's pool stays confused: the next batch gets a new one. */
  #dropCluster(): void {
    const cluster = this.#cluster;
    this.#cluster = null;
    this.#known = new Map();
    cluster?.then(each => each.disconnect()).catch(() => {});
  }
}

function takeBatch(queue: Queue): Sending[] {
  let bytes = 0;
  let count = 0;
  while (count < queue.waiting.length && count < batchRecords) {
    bytes += queue.waiting[count]!.size;
    if (count > 0 && bytes > batchBytes) break;
    count++;
  }
  return queue.waiting.splice(0, count);
}
