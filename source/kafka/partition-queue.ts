import type {Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import {type Draft, type Heard, type Known, quickestOf} from '../flow/delivery.ts';
import {DeadlineError, withDeadline} from './deadline.ts';
import {explainError} from './explain-error.ts';
import {Leaderless, leaderOf} from './leaders.ts';
import {type ProduceAnswer, produce} from './produce-request.ts';
import {Refused} from './protocol/errors.ts';
import {RecordBatch, recordSize} from './record-batch.ts';

export type PartitionQueuePorts = {
  readonly brokers: readonly string[];
  /** ms after which a batch without an answer counts as unknown. */
  readonly deadline: number;
  connection(): Promise<Cluster>;
  /** The cluster was asked for the topic's leaders, or has them still. */
  looked(cluster: Cluster): void;
  /** What is known of the topic is old. */
  forgetTopic(): void;
  /** The connections are of no use any more. */
  dropConnections(): void;
  /** Bytes of batches that nothing reads any more. */
  readonly spare: Buffer[];
  /** So many records have their first state. */
  settled(count: number): void;
};

/** Records that go together, by their senders' numbers, and who sent them: each from one index on to the next one's. */
type Outgoing = {readonly batch: RecordBatch; readonly numbers: number[]; readonly senders: Sender[]};
type Sender = {readonly from: number; readonly heard: Heard};

/** A late answer still updates its records for this long, in ms. */
const listenFor = 120_000;
/** Below the broker's default of 1 MiB for a batch (max.message.bytes). */
const mostBatchBytes = 900_000;
/**
 * What one batch has at first: where answers come at once, larger ones only take memory. A little less than a power of two,
 * which is what KafkaJS allocates for a request, twice.
 */
const firstBatchBytes = 250_000;
const leastBatchBytes = 16 * 1024;
/** ms: where even the quickest answers take longer, batches grow, since so many the more wait for each. */
const slowAnswer = 25;
const batchRecords = 10_000;
/** What is kept of batches for others, in bytes: new ones a thousand times a second would only be garbage. */
const mostSpareBytes = 8 * 1024 * 1024;
const leaderDeadline = 10_000;

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
/** Proved not appended, because of one record perhaps: sent by halves, so that only the wrong ones fail. */
const forOneRecord = new Set(['MESSAGE_TOO_LARGE', 'INVALID_RECORD']);

/**
 * One partition's records on their way out. One request of them is in flight, so that their order is kept; what comes
 * meanwhile is written into the next batch, which grows with what waits.
 */
export class PartitionQueue {
  readonly #at: {readonly topic: string; readonly partition: number};
  readonly #ports: PartitionQueuePorts;
  readonly #waiting: Outgoing[] = [];
  #isBusy = false;
  #batchBytes = firstBatchBytes;
  #quickest = Number.POSITIVE_INFINITY;
  /** What the broker takes, as far as it was met. */
  #mostBytes = mostBatchBytes;

  constructor(topic: string, partition: number, ports: PartitionQueuePorts) {
    this.#at = {topic, partition};
    this.#ports = ports;
  }

  add(draft: Draft, number: number, heard: Heard): void {
    let last = this.#waiting.at(-1);
    if (!last || !this.#fits(last.batch, draft)) {
      last = {batch: new RecordBatch(this.#ports.spare.pop()), numbers: [], senders: []};
      this.#waiting.push(last);
    }
    if (last.senders.at(-1)?.heard !== heard) last.senders.push({from: last.batch.count, heard});
    last.batch.add(draft, Date.now());
    last.numbers.push(number);
    if (this.#isBusy) return;
    this.#isBusy = true;
    // Whatever is added in this turn goes together.
    queueMicrotask(() => void this.#work());
  }

  #fits({size, count}: RecordBatch, draft: Draft): boolean {
    return count < batchRecords && size + recordSize(draft) <= this.#batchBytes;
  }

  #grow(latencyMs: number): void {
    this.#quickest = quickestOf(this.#quickest, latencyMs);
    const wanted = this.#quickest > slowAnswer ? this.#batchBytes * 2 : this.#batchBytes / 2;
    this.#batchBytes = Math.min(this.#mostBytes, Math.max(firstBatchBytes, wanted));
  }

  #shrink(tooLarge: number): void {
    this.#mostBytes = Math.max(leastBatchBytes, Math.floor(tooLarge / 2));
    this.#batchBytes = this.#mostBytes;
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) await this.#send(next);
    this.#isBusy = false;
  }

  /** Sends a batch until it is known, or known to be unknown. Another leader, or a smaller batch, is no repetition. */
  async #send(outgoing: Outgoing, leaders = 1): Promise<void> {
    const {batch} = outgoing;
    let sent: ReturnType<typeof produce> | null = null;
    try {
      const cluster = await this.#ports.connection();
      const {topic, partition} = this.#at;
      const broker = await withDeadline(
        leaderOf(cluster, topic, partition, {refresh: leaders > 1}),
        leaderDeadline,
        'finding the leader',
      );
      this.#ports.looked(cluster);
      const began = performance.now();
      const now = Date.now();
      const timeouts = {requestTimeout: listenFor, brokerTimeout: this.#ports.deadline};
      sent = produce(broker, this.#at, batch.seal(now), timeouts);
      const answer = await this.#orUnknown(sent.answer, outgoing, began, now);
      if (!answer) return;
      if (wrongLeader.has(answer.errorType ?? '') && leaders < mostLeaders) {
        await new Promise(resolve => setTimeout(resolve, 100 * leaders));
        await this.#send(outgoing, leaders + 1);
      } else if (forOneRecord.has(answer.errorType ?? '') && batch.count > 1) {
        if (answer.errorType === 'MESSAGE_TOO_LARGE') this.#shrink(batch.size);
        for (const half of halvesOf(outgoing)) await this.#send(half);
      } else {
        this.#answered(outgoing, answer, began, now, 'in time');
        this.#grow(performance.now() - began);
        this.#spare(batch.reusable);
      }
    } catch (error) {
      // A topic just made: its leaders come within a moment. Nothing was sent.
      if (error instanceof Leaderless && leaders < mostLeaders) {
        await new Promise(resolve => setTimeout(resolve, 100 * leaders));
        return this.#send(outgoing, leaders + 1);
      }
      this.#failed(outgoing, error, sent?.written() ?? false);
      // Connections are in order; what is known of leaders is looked at again.
      if (error instanceof Leaderless) this.#ports.forgetTopic();
      else this.#ports.dropConnections();
    }
  }

  #spare(bytes: Buffer): void {
    const {spare} = this.#ports;
    const kept = spare.reduce((sum, each) => sum + each.length, 0);
    if (kept + bytes.length <= mostSpareBytes) spare.push(bytes);
  }

  /** The answer, or null after the deadline; then the records are unknown, and a late answer still updates them. */
  async #orUnknown(
    answer: Promise<ProduceAnswer>,
    outgoing: Outgoing,
    began: number,
    now: number,
  ): Promise<ProduceAnswer | null> {
    const seconds = this.#ports.deadline / 1000;
    try {
      return await withDeadline(answer, this.#ports.deadline, 'the acknowledgement');
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      const reason = `No broker acknowledgement within ${seconds} s; the record may still be delivered.`;
      this.#tell(outgoing, {status: 'unknown', reason}, 'in time');
      answer.then(
        late => this.#answered(outgoing, late, began, now, 'late'),
        () => {},
      );
      return null;
    }
  }

  #answered(
    outgoing: Outgoing,
    answer: ProduceAnswer,
    began: number,
    now: number,
    when: 'in time' | 'late',
  ): void {
    const {errorType, reason, wrongRecords, baseOffset, logAppendTime} = answer;
    if (errorType !== null) {
      const error = new Refused(errorType, wrongRecords.get(0) ?? reason);
      const {sentence, retryable} = explainError(error, {topic: this.#at.topic});
      const state: Known = appendedPerhaps.has(errorType)
        ? {status: 'unknown', reason: `${sentence} The record may be in the log.`}
        : {status: 'failed', reason: sentence, retryable};
      this.#tell(outgoing, state, when);
      if (errorType === 'UNKNOWN_TOPIC_OR_PARTITION') this.#ports.dropConnections();
      return;
    }
    const hasAppendTime = logAppendTime >= 0;
    const state: Known = {
      status: 'acknowledged',
      partition: this.#at.partition,
      offset: baseOffset,
      timestamp: hasAppendTime ? logAppendTime : now,
      latencyMs: performance.now() - began,
    };
    if (when === 'late') this.#tell(outgoing, state, when, hasAppendTime);
    // First the next batch goes out: the broker does not wait for what senders do with their results.
    else setImmediate(() => this.#tell(outgoing, state, when, hasAppendTime));
  }

  #failed(outgoing: Outgoing, error: unknown, written: boolean): void {
    const notSent = !written || (error as Error).message === 'Not connected';
    const {sentence, retryable} = explainError(error, {brokers: this.#ports.brokers});
    const state: Known = notSent
      ? {status: 'failed', reason: sentence, retryable}
      : {
          status: 'unknown',
          reason: `The connection was lost before the acknowledgement; the record may be in the log. ${sentence}`,
        };
    this.#tell(outgoing, state, 'in time');
  }

  /** At once, so that what is unknown is told before its late answer is, and that before the publisher is closed. */
  #tell(outgoing: Outgoing, state: Known, when: 'in time' | 'late', hasAppendTime = false): void {
    tellSenders(outgoing, state, hasAppendTime);
    if (when === 'in time') this.#ports.settled(outgoing.numbers.length);
  }
}

/** Each sender at once for all of its records that follow each other. */
function tellSenders({numbers, senders}: Outgoing, state: Known, hasAppendTime: boolean): void {
  senders.forEach(({from, heard}, index) => {
    const own = state.status === 'acknowledged' ? {...state, offset: state.offset + BigInt(from)} : state;
    heard(numbers.slice(from, senders[index + 1]?.from), own, hasAppendTime);
  });
}

function halvesOf({batch, numbers, senders}: Outgoing): Outgoing[] {
  const middle = batch.count >> 1;
  const half = (from: number, to: number): Outgoing => ({
    batch: batch.part(from, to),
    numbers: numbers.slice(from, to),
    senders: senders
      .filter((sender, index) => sender.from < to && (senders[index + 1]?.from ?? to) > from)
      .map(({from: own, heard}) => ({from: Math.max(0, own - from), heard})),
  });
  return [half(0, middle), half(middle, batch.count)];
}
