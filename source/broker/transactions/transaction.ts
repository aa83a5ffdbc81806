import type {Clock} from '../clock.ts';
import type {ErrorName} from '../errors.ts';
import type {Memory} from '../log/memory.ts';

/** Empty: none was begun yet; ongoing; how the last one ended. */
export type TransactionState = 'empty' | 'ongoing' | 'committed' | 'aborted';

export type Producer = {readonly id: bigint; readonly epoch: number};

export type Partition = {readonly topic: string; readonly partition: number};

/** A transaction is decided: markers are to be written, and offsets of groups to be kept or dropped. */
export type Ending = {
  readonly producer: Producer;
  readonly isCommitted: boolean;
  readonly partitions: readonly Partition[];
  readonly groups: readonly string[];
};

export type Surroundings = {
  readonly clock: Clock;
  /** What open transactions may hold together. */
  readonly memory: Memory;
  nextProducerId(): bigint;
  /** Does what follows from the end, at once: nobody ever has to wait for it (CONCURRENT_TRANSACTIONS). */
  finish(ending: Ending): void;
};

export type Initialized = {readonly error: ErrorName; readonly producer: Producer};

/** From this epoch on a new producer gets a new id: the next one is left for fencing. */
const lastEpoch = 2 ** 15 - 2;
const noEpoch = -1;
const nobody: Producer = {id: -1n, epoch: noEpoch};
/** What a partition or a group of a transaction costs, roughly, in bytes; the names of groups come on top. */
const bytesPerEntry = 300;

/**
 * One transactional id: who may write under it, and the transaction that is open. Whoever starts anew under the id gets a
 * higher epoch, which puts the one before out, and ends what that one left open. A state machine without I/O.
 */
export class Transaction {
  readonly id: string;
  readonly #surroundings: Surroundings;
  #state: TransactionState = 'empty';
  #producer: Producer = nobody;
  /** The epoch that was raised for its own producer, which may ask again, or has yet to learn of it (KIP-360). */
  #epochBefore = noEpoch;
  #timeout = 0;
  #startedAt = -1;
  readonly #partitions = new Map<string, Set<number>>();
  readonly #groups = new Set<string>();
  #bytes = 0;
  #stopTimer: () => void = () => {};

  constructor(id: string, surroundings: Surroundings) {
    this.id = id;
    this.#surroundings = surroundings;
  }

  get state(): TransactionState {
    return this.#state;
  }

  get producer(): Producer {
    return this.#producer;
  }

  /** ms that a transaction may take before it is aborted here. */
  get timeout(): number {
    return this.#timeout;
  }

  /** When the last one was begun, in ms since 1970; −1 when the present producer has begun none. */
  get startedAt(): number {
    return this.#startedAt;
  }

  get partitions(): Partition[] {
    return [...this.#partitions].flatMap(([topic, numbers]) =>
      [...numbers].map(partition => ({topic, partition})),
    );
  }

  /**
   * A producer starts. `expected` is who it takes itself for when it goes on after an error (KIP-360), else null: then it
   * takes over from whoever was there.
   */
  initialize(timeout: number, expected: Producer | null): Initialized {
    const fenced: Initialized = {error: 'PRODUCER_FENCED', producer: nobody};
    const isFirst = this.#producer.epoch === noEpoch;
    if (expected && !isFirst && !this.#isPresent(expected)) {
      // Who has a transaction open has got the answer: the one that asks again is another one.
      if (!this.#wasBefore(expected) || this.#state === 'ongoing') return fenced;
    }
    if (this.#state === 'ongoing') this.#abortAndFence();
    const isAnswered =
      expected !== null && !isFirst && this.#wasBefore(expected) && this.#producer.epoch <= lastEpoch;
    if (!isAnswered) this.#raiseEpoch(expected?.epoch ?? noEpoch);
    this.#timeout = timeout;
    this.#state = 'empty';
    this.#startedAt = -1;
    return {error: 'NONE', producer: this.#producer};
  }

  addPartitions(producer: Producer, partitions: readonly Partition[]): ErrorName {
    const wrong = this.refusal(producer);
    if (wrong !== 'NONE') return wrong;
    const fresh = partitions.filter(each => !this.#holds(each));
    if (!this.#reserve(fresh.length * bytesPerEntry)) return 'POLICY_VIOLATION';
    this.#begin();
    for (const {topic, partition} of fresh) {
      const known = this.#partitions.get(topic);
      if (known) known.add(partition);
      else this.#partitions.set(topic, new Set([partition]));
    }
    return 'NONE';
  }

  /** Whether the offsets of any group are to be committed with the transaction. */
  get hasGroups(): boolean {
    return this.#groups.size > 0;
  }

  /** The group's offsets are to be committed with the transaction. */
  addGroup(producer: Producer, group: string): ErrorName {
    const wrong = this.refusal(producer);
    if (wrong !== 'NONE') return wrong;
    if (!this.#groups.has(group) && !this.#reserve(bytesPerEntry + group.length * 2))
      return 'POLICY_VIOLATION';
    this.#begin();
    this.#groups.add(group);
    return 'NONE';
  }

  end(producer: Producer, isCommitted: boolean): ErrorName {
    const wrong = this.refusal(producer);
    if (wrong !== 'NONE') return wrong;
    const outcome = isCommitted ? 'committed' : 'aborted';
    if (this.#state === 'ongoing') this.#end(outcome);
    // Asked again, since the answer got lost, it is still so.
    return this.#state === outcome ? 'NONE' : 'INVALID_TXN_STATE';
  }

  /** Why this is not the producer of the id, or NONE. */
  refusal({id, epoch}: Producer): ErrorName {
    if (id !== this.#producer.id) return 'INVALID_PRODUCER_ID_MAPPING';
    return epoch === this.#producer.epoch ? 'NONE' : 'PRODUCER_FENCED';
  }

  holdsPartition(partition: Partition): boolean {
    return this.#state === 'ongoing' && this.#holds(partition);
  }

  holdsGroup(group: string): boolean {
    return this.#state === 'ongoing' && this.#groups.has(group);
  }

  /** The broker's end: nothing is decided any more. */
  close(): void {
    this.#clear();
  }

  #holds({topic, partition}: Partition): boolean {
    return this.#partitions.get(topic)?.has(partition) ?? false;
  }

  #reserve(bytes: number): boolean {
    if (!this.#surroundings.memory.take(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  #begin(): void {
    if (this.#state === 'ongoing') return;
    const {clock} = this.#surroundings;
    this.#state = 'ongoing';
    this.#startedAt = clock.now();
    this.#stopTimer = clock.after(this.#timeout, () => this.#abortAndFence());
  }

  #isPresent({id, epoch}: Producer): boolean {
    return id === this.#producer.id && epoch === this.#producer.epoch;
  }

  #wasBefore({id, epoch}: Producer): boolean {
    return id === this.#producer.id && epoch === this.#epochBefore;
  }

  #raiseEpoch(before: number): void {
    const {id, epoch} = this.#producer;
    this.#producer =
      epoch === noEpoch || epoch >= lastEpoch
        ? {id: this.#surroundings.nextProducerId(), epoch: 0}
        : {id, epoch: epoch + 1};
    this.#epochBefore = before;
  }

  /** Its producer is too late, or another one takes over: with a higher epoch nothing of it is taken any more. */
  #abortAndFence(): void {
    const {id, epoch} = this.#producer;
    this.#producer = {id, epoch: epoch + 1};
    this.#epochBefore = epoch;
    this.#end('aborted');
  }

  #end(outcome: 'committed' | 'aborted'): void {
    const {partitions} = this;
    const groups = [...this.#groups];
    this.#clear();
    this.#state = outcome;
    const isCommitted = outcome === 'committed';
    this.#surroundings.finish({producer: this.#producer, isCommitted, partitions, groups});
  }

  #clear(): void {
    this.#stopTimer();
    this.#stopTimer = () => {};
    this.#partitions.clear();
    this.#groups.clear();
    this.#surroundings.memory.give(this.#bytes);
    this.#bytes = 0;
  }
}
