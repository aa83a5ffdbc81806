import {setImmediate as nextTurn, setTimeout as pause} from 'node:timers/promises';
import type {Message} from '../flow/message.ts';
import type {KafkaClient} from './client.ts';
import {explainError} from './explain-error.ts';
import type {FetchedPartition} from './fetch-records.ts';
import {Leaderless} from './leaders.ts';
import {Refused} from './protocol/errors.ts';
import {beginOf, fromIn, type ReadFrom} from './read-from.ts';
import {OneByOne} from './records/one-by-one.ts';
import {RecordCursor} from './records/record-cursor.ts';
import {UnreadableRecords} from './records/unreadable-records.ts';
import {TopicConnection} from './topic-connection.ts';

/** How far it came, in offsets over all partitions that are read. */
export type ReadProgress = {
  readonly covered: bigint;
  /** Up to the ends as they were when reading began. */
  readonly total: bigint;
  /** Of those covered: removed, as by retention, before they could be read. */
  readonly gone: bigint;
  /** Of those covered: passed, since what is there cannot be read. */
  readonly unreadable: readonly UnreadablePlace[];
};

export type UnreadablePlace = {
  readonly partition: number;
  readonly from: bigint;
  /** One past the last offset that was passed. */
  readonly next: bigint;
  readonly reason: string;
};

export type Reading = {
  readonly client: KafkaClient;
  readonly topic: string;
  /** null: all. */
  readonly partitions: readonly number[] | null;
  readonly from: ReadFrom;
  /** Ends the reading at once. */
  readonly signal: AbortSignal;
  /** Gets messages of one partition, in order; the partition's next are not read before it resolves. */
  take(messages: readonly Message[]): void | Promise<void>;
  progress(progress: ReadProgress): void;
};

/** A partition on its way from `next` to `end`. */
type Part = {readonly partition: number; next: bigint; readonly end: bigint};

/** Partitions read at the same time; each has one fetch on its way, of about 1 MiB. */
const atOnce = 4;
/** Tries without getting on, with a growing pause between them. */
const mostTries = 5;
/** How often a batch that cannot be read is asked for: it may have been damaged on the way. */
const mostTriesOfDamaged = 4;
const messagesAtOnce = 1000;

/** What trying again does not help. The message is for the person. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/**
 * Reads what a topic retains, up to the ends that it has when this begins, without a group: nothing is joined and
 * nothing committed, and whoever consumes the topic does not notice. Resolves with whether all was read; rejects where
 * it could not go on; a partition without a leader is told so when the others have been read. What `progress` heard last is how far it came, in each case.
 */
export async function readRetained(reading: Reading): Promise<'complete' | 'aborted'> {
  const reader = new Reader(reading);
  try {
    await unlessAborted(reader.run(), reading.signal);
    return 'complete';
  } catch (error) {
    if (reading.signal.aborted) return 'aborted';
    throw error;
  } finally {
    reader.close();
  }
}

class Reader {
  readonly #reading: Reading;
  readonly #connection: TopicConnection;
  readonly #handing = new OneByOne();
  #closed = false;
  /** What is said of each partition that has no leader: told at the end, when the others have been read. */
  readonly #leaderless = new Map<number, string>();
  #progress: ReadProgress = {covered: 0n, total: 0n, gone: 0n, unreadable: []};

  constructor(reading: Reading) {
    this.#reading = reading;
    this.#connection = new TopicConnection(reading.client, reading.topic);
  }

  async run(): Promise<void> {
    const parts = await this.#parts();
    const total = parts.reduce((sum, {next, end}) => sum + (end - next), 0n);
    this.#tell({total});
    const waiting = parts.filter(({next, end}) => next < end);
    const work = async () => {
      for (let part = waiting.shift(); part && !this.#closed; part = waiting.shift())
        await this.#readUnlessLeaderless(part);
    };
    await Promise.all(Array.from({length: atOnce}, work));
    if (this.#leaderless.size > 0) throw new UnreadableError([...this.#leaderless.values()].join(' '));
  }

  close(): void {
    this.#closed = true;
    this.#connection.close();
  }

  async #parts(): Promise<Part[]> {
    const {topic, partitions, from} = this.#reading;
    const known = await this.#connection.partitions();
    const wanted = partitions === null ? known : [...new Set(partitions)];
    for (const partition of wanted) {
      if (!known.includes(partition))
        throw new UnreadableError(`Topic ${topic} has no partition ${partition}; it has ${known.length}.`);
    }
    const [firsts, ends, times] = await Promise.all([
      this.#connection.offsets(wanted, {fromBeginning: true}),
      this.#connection.offsets(wanted, {fromBeginning: false}),
      from.from === 'time' ? this.#connection.offsets(wanted, {fromTimestamp: from.time}) : null,
    ]);
    const parts: Part[] = [];
    for (const partition of wanted) {
      const [first, end, time] = [firsts.get(partition), ends.get(partition), times?.get(partition) ?? -1n];
      if (first === undefined || end === undefined)
        this.#leaderless.set(partition, await this.#connection.sayLeaderless(partition));
      else
        parts.push({
          partition,
          next: beginOf(fromIn(from, partition), {first, end, atTime: time < 0n ? null : time}),
          end,
        });
    }
    return parts;
  }

  async #readUnlessLeaderless(part: Part): Promise<void> {
    try {
      await this.#read(part);
    } catch (error) {
      if (!(error instanceof Leaderless)) throw error;
      this.#leaderless.set(part.partition, error.message);
    }
  }

  async #read(part: Part): Promise<void> {
    let tries = 0;
    while (part.next < part.end && !this.#closed) {
      const before = part.next;
      const used = this.#connection.current;
      try {
        const fetched = await this.#connection.fetch(part.partition, part.next);
        await this.#handing.run(() => this.#hand(part, fetched));
      } catch (error) {
        if (error instanceof UnreadableRecords && tries + 1 >= mostTriesOfDamaged) {
          this.#passUnreadable(part, error);
          tries = 0;
          continue;
        }
        const canHelp =
          error instanceof UnreadableRecords ||
          (!(error instanceof UnreadableError) && explainError(error).retryable);
        if (!canHelp || this.#closed || tries + 1 >= mostTries) throw error;
        if (!(error instanceof UnreadableRecords)) this.#connection.renew(used);
      }
      tries = part.next > before ? 0 : tries + 1;
      if (tries >= mostTries) throw new UnreadableError(`The broker gives nothing at ${placeOf(part)}.`);
      if (tries > 0) await pause(100 * 2 ** tries, null, {signal: this.#reading.signal});
    }
  }

  async #hand(part: Part, fetched: FetchedPartition): Promise<void> {
    const {client, topic, take} = this.#reading;
    if (fetched.errorType !== null) {
      if (fetched.errorType !== 'OFFSET_OUT_OF_RANGE') throw new Refused(fetched.errorType, null);
      await this.#passGone(part);
      return;
    }
    const at = {topic, partition: part.partition};
    const cursor = new RecordCursor(fetched, at, part.next, client.recordLimits);
    for (;;) {
      const taken = await cursor.take(messagesAtOnce);
      if (!taken) return;
      const wanted = taken.messages.filter(({offset}) => offset < part.end);
      if (wanted.length > 0) await take(wanted);
      this.#advance(part, taken.next);
      if (this.#closed || part.next >= part.end) return;
      // Reading takes a while: whoever draws or listens comes in between.
      await nextTurn();
    }
  }

  /** It is passed and counted, so that the rest can be read; where its end is not known, nothing can. */
  #passUnreadable(part: Part, {batch}: UnreadableRecords): void {
    const {from, next, reason} = batch;
    const {partition} = part;
    if (next === null)
      throw new UnreadableError(
        `${partition}@${from} cannot be read: ${reason}. Where the next batch begins cannot be seen either; read on from an offset behind it.`,
      );
    const unreadable = [...this.#progress.unreadable, {partition, from, next, reason}];
    this.#tell({unreadable});
    this.#advance(part, next);
  }

  /** What lies below the first offset by now was removed meanwhile: it is passed, and counted. */
  async #passGone(part: Part): Promise<void> {
    const firsts = await this.#connection.offsets([part.partition], {fromBeginning: true});
    const first = firsts.get(part.partition) ?? -1n;
    if (first <= part.next) {
      const {topic} = this.#reading;
      throw new UnreadableError(
        `${placeOf(part)} does not exist any more: topic ${topic} was cut short or made again.`,
      );
    }
    const target = first < part.end ? first : part.end;
    this.#tell({gone: this.#progress.gone + (target - part.next)});
    this.#advance(part, target);
  }

  #advance(part: Part, next: bigint): void {
    const target = next < part.end ? next : part.end;
    if (target <= part.next) return;
    const passed = target - part.next;
    part.next = target;
    this.#tell({covered: this.#progress.covered + passed});
  }

  #tell(change: Partial<ReadProgress>): void {
    if (this.#closed) return;
    this.#progress = {...this.#progress, ...change};
    this.#reading.progress(this.#progress);
  }
}

function placeOf({partition, next}: Part): string {
  return `${partition}@${next}`;
}

/** Rejects as soon as the signal comes, whatever the promise still waits for. */
function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  promise.catch(() => {});
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error('The reading was ended.'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, {once: true});
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
