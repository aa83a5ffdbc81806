import {Refusal} from '../errors.ts';
import type {BatchHead} from './batch.ts';
import type {Memory} from './memory.ts';

type Appended = {readonly first: number; readonly last: number; readonly baseOffset: number};
type ProducerState = {
  epoch: number;
  readonly batches: Appended[];
  /** ms since 1970. */
  lastTimestamp: number;
};

/** A client may have this many requests under way without losing the order. */
const remembered = 5;
/** The producer that has been silent for longest is forgotten for a new one. */
const producerLimit = 10_000;
/** What one costs, roughly, with its batches. */
export const bytesPerProducer = 400;
const sequences = 2 ** 31;

/** Which batches of idempotent producers a partition holds, so that one sent again is not appended again. */
export class Producers {
  readonly #memory: Memory;
  readonly #known = new Map<bigint, ProducerState>();

  /** `memory` is what all partitions of the broker together may remember. */
  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Whether one can be remembered, in the place of another one of this partition where there is no more room. */
  get hasRoom(): boolean {
    return this.#known.size > 0 || this.#memory.fits(bytesPerProducer);
  }

  /** The base offset of a batch that was appended before; null when it is new and the next in its producer's order. */
  check(head: BatchHead): number | null {
    const state = this.#known.get(head.producerId);
    if (!state) return null;
    if (head.producerEpoch < state.epoch) {
      throw new Refusal('INVALID_PRODUCER_EPOCH', 'A newer producer with this id has taken over.');
    }
    if (head.producerEpoch > state.epoch) {
      if (head.firstSequence !== 0) throw outOfOrder(head.firstSequence, 0);
      return null;
    }
    const last = lastSequence(head);
    const again = state.batches.find(each => each.first === head.firstSequence && each.last === last);
    if (again) return again.baseOffset;
    const before = state.batches.at(-1);
    const expected = before ? (before.last + 1) % sequences : 0;
    if (head.firstSequence !== expected) throw outOfOrder(head.firstSequence, expected);
    return null;
  }

  appended(head: BatchHead, baseOffset: number): void {
    const before = this.#known.get(head.producerId);
    const state =
      before && before.epoch === head.producerEpoch
        ? before
        : {epoch: head.producerEpoch, batches: [], lastTimestamp: -1};
    state.lastTimestamp = head.maxTimestamp;
    state.batches.push({first: head.firstSequence, last: lastSequence(head), baseOffset});
    if (state.batches.length > remembered) state.batches.shift();
    this.#remember(head.producerId, state);
  }

  /** A transaction was decided. One that the coordinator took from its producer carries an epoch above that producer's. */
  decided(producerId: bigint, epoch: number, now: number): void {
    const before = this.#known.get(producerId);
    const state = before?.epoch === epoch ? before : {epoch, batches: [], lastTimestamp: now};
    state.lastTimestamp = now;
    this.#remember(producerId, state);
  }

  /** What is known of each producer, the one silent for longest first. */
  all(): {id: bigint; epoch: number; lastSequence: number; lastTimestamp: number}[] {
    return [...this.#known].map(([id, {epoch, batches, lastTimestamp}]) => ({
      id,
      epoch,
      lastSequence: batches.at(-1)?.last ?? -1,
      lastTimestamp,
    }));
  }

  /** Deleted and set anew, the entry stands last: the first one is the one silent for longest. */
  #remember(producerId: bigint, state: ProducerState): void {
    const isNew = !this.#known.delete(producerId);
    if (isNew && (this.#known.size >= producerLimit || !this.#memory.take(bytesPerProducer))) {
      const [oldest] = this.#known.keys();
      if (oldest === undefined) return;
      this.#known.delete(oldest);
    }
    this.#known.set(producerId, state);
  }

  clear(): void {
    this.#memory.give(this.#known.size * bytesPerProducer);
    this.#known.clear();
  }
}

function lastSequence(head: BatchHead): number {
  return (head.firstSequence + head.count - 1) % sequences;
}

function outOfOrder(found: number, expected: number): Refusal {
  return new Refusal('OUT_OF_ORDER_SEQUENCE_NUMBER', `Sequence ${found} where ${expected} was expected.`);
}
