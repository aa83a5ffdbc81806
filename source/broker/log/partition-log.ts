import {Refusal} from '../errors.ts';
import {type BatchHead, checkBatch, offsetBehind, place, readHead, stampAppendTime} from './batch.ts';
import {markerBatch, markerSize} from './control-batch.ts';
import type {Memory} from './memory.ts';
import {Producers} from './producers.ts';
import {Segment} from './segment.ts';
import {type Aborted, Undecided} from './undecided.ts';

const smallestSegment = 16 * 1024;
const largestSegment = 1024 * 1024;

/** What of a topic's configuration a log heeds; read anew each time, since it can be altered. Times in ms. */
export type LogRules = {
  readonly maxMessageBytes: number;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  /** −1: without end. */
  readonly retentionMs: number;
  readonly retentionBytes: number;
  readonly appendTime: boolean;
  /** How far the records' own times may lie before and after the broker's. */
  readonly mostBefore: number;
  readonly mostAfter: number;
  readonly compacted: boolean;
  readonly deletes: boolean;
};

export type Appended = {
  readonly baseOffset: number;
  /** The time it was given, or −1 where records keep their own. */
  readonly appendTime: number;
};

/** One partition's records: batches as bytes, in segments, in order; and who waits for more of them. */
export class PartitionLog {
  readonly #memory: Memory;
  readonly #rules: () => LogRules;
  readonly #now: () => number;
  readonly #producers: Producers;
  readonly #undecided = new Undecided();
  #segments: Segment[] = [];
  #start = 0;
  #end = 0;
  /** Called on every append and when the log is gone. */
  readonly watchers = new Set<() => void>();

  /** `memory` is for records, `producerMemory` for what is known of idempotent producers. */
  constructor(memory: Memory, producerMemory: Memory, rules: () => LogRules, now: () => number) {
    this.#memory = memory;
    this.#producers = new Producers(producerMemory);
    this.#rules = rules;
    this.#now = now;
  }

  /** The first offset that can be read. */
  get start(): number {
    return this.#start;
  }

  /** The offset that the next record gets; on one node that is the high watermark too. */
  get end(): number {
    return this.#end;
  }

  /** Before it everything is decided: what one that reads only committed records may see ("last stable offset"). */
  get stable(): number {
    return Math.max(this.#start, this.#undecided.firstOffset ?? this.#end);
  }

  get size(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.length, 0);
  }

  /**
   * Checks a producer's batch and appends it. What was appended before is not appended again (idempotence). `admit` is
   * asked about one that belongs to a transaction, and throws where it may not.
   */
  append(batch: Buffer, admit: (head: BatchHead) => void = () => {}): Appended {
    const rules = this.#rules();
    const now = this.#now();
    const head = checkBatch(batch, {
      maxSize: rules.maxMessageBytes,
      keysNeeded: rules.compacted,
      ...(!rules.appendTime && {times: {earliest: now - rules.mostBefore, latest: now + rules.mostAfter}}),
    });
    if (head.transactional) admit(head);
    if (head.producerId >= 0n) {
      const known = this.#producers.check(head);
      if (known !== null) return {baseOffset: known, appendTime: -1};
      if (!this.#producers.hasRoom) {
        throw new Refusal('POLICY_VIOLATION', 'The embedded broker can remember no more producers.');
      }
    }
    const began = this.#undecided.offsetOf(head.producerId) !== undefined;
    if (began && !head.transactional) {
      throw new Refusal(
        'INVALID_TXN_STATE',
        'A record outside of the transaction that this producer has open.',
      );
    }
    const appended = this.#append(batch, head, rules, head.transactional && !began ? markerSize : 0);
    if (head.transactional && !began) this.#undecided.begin(head.producerId, appended.baseOffset);
    if (head.producerId >= 0n) this.#producers.appended(head, appended.baseOffset);
    this.#wake();
    return appended;
  }

  /**
   * Writes the marker that ends a producer's transaction here. Room for it was taken with the transaction's first record;
   * where there is no record, and no room, nothing is written and nothing is missing.
   */
  decide(producerId: bigint, producerEpoch: number, isCommitted: boolean): void {
    const isOpen = this.#undecided.offsetOf(producerId) !== undefined;
    if (isOpen) this.#memory.give(markerSize);
    const now = this.#now();
    const marker = markerBatch({producerId, producerEpoch, isCommitted, now});
    let markerAt = this.#end;
    try {
      markerAt = this.#append(marker, readHead(marker, 0), this.#rules(), 0).baseOffset;
    } catch (error) {
      if (isOpen || !(error instanceof Refusal)) throw error;
    }
    this.#undecided.decide(producerId, isCommitted, markerAt);
    this.#producers.decided(producerId, producerEpoch, now);
    this.#wake();
  }

  /** `reserved` bytes are taken beside the batch's own. */
  #append(batch: Buffer, head: BatchHead, rules: LogRules, reserved: number): Appended {
    if (!this.#memory.take(reserved)) throw this.#usedUp();
    let segment: Segment;
    try {
      segment = this.#segmentFor(batch.length, rules);
    } catch (error) {
      this.#memory.give(reserved);
      throw error;
    }
    const baseOffset = this.#end;
    const at = segment.append(batch, baseOffset + head.count - 1);
    place(segment.bytes, at, baseOffset);
    const appendTime = this.#stamp(segment, at, head, rules);
    this.#end = segment.nextOffset;
    return {baseOffset, appendTime};
  }

  /** Whole batches from the one that holds `offset` on, and before `to`. The first one in any case if `atLeastOne`. */
  read(offset: number, maxBytes: number, atLeastOne: boolean, to = this.#end): Buffer {
    if (offset >= to) return nothing;
    const segment = this.#segments.find(each => each.nextOffset > offset);
    if (!segment) return nothing;
    return segment.read(segment.positionOf(offset), maxBytes, atLeastOne, segment.endBefore(to));
  }

  /** How many bytes there are from the batch on that holds `offset`, and before `to`. */
  bytesFrom(offset: number, to = this.#end): number {
    let bytes = 0;
    for (const segment of this.#segments) {
      if (segment.nextOffset <= offset || segment.baseOffset >= to) continue;
      bytes += segment.endBefore(to) - (segment.baseOffset < offset ? segment.positionOf(offset) : 0);
    }
    return Math.max(0, bytes);
  }

  /** The aborted transactions that reach into these batches, which were read from `offset` on. */
  abortedIn(offset: number, batches: Buffer): Aborted[] {
    return this.#undecided.hasAborted ? this.#undecided.abortedIn(offset, offsetBehind(batches, offset)) : [];
  }

  /** Who wrote here with a producer id, and where its open transaction begins (−1: it has none). */
  producers() {
    return this.#producers.all().map(each => ({...each, openFrom: this.#undecided.offsetOf(each.id) ?? -1}));
  }

  findTimestamp(timestamp: number): {offset: number; timestamp: number} | null {
    for (const segment of this.#segments) {
      if (segment.maxTimestamp < timestamp) continue;
      const found = segment.findTimestamp(timestamp, Math.max(this.#start, segment.baseOffset));
      if (found) return {...found, offset: Math.max(found.offset, this.#start)};
    }
    return null;
  }

  newest(): {offset: number; timestamp: number} | null {
    let newest: Segment | null = null;
    for (const segment of this.#segments) {
      if (!newest || segment.maxTimestamp > newest.maxTimestamp) newest = segment;
    }
    return newest?.newest() ?? null;
  }

  /** Moves the start up to `offset` (−1: to the end) and answers the new start. */
  deleteBelow(offset: number): number {
    const target = offset === -1 ? this.#end : offset;
    if (target < 0 || target > this.#end) throw new Refusal('OFFSET_OUT_OF_RANGE');
    if (target > this.#start) this.#start = target;
    this.#dropWhile(segment => segment.nextOffset <= this.#start);
    return this.#start;
  }

  /** Drops whole segments that the topic's rules no longer want, the oldest first. */
  retain(): void {
    const rules = this.#rules();
    if (!rules.deletes) return;
    if (rules.retentionMs >= 0) {
      const oldest = this.#now() - rules.retentionMs;
      this.#dropWhile(segment => segment.maxTimestamp < oldest);
    }
    if (rules.retentionBytes >= 0) {
      let size = this.size;
      this.#dropWhile(segment => {
        size -= segment.length;
        return size >= rules.retentionBytes;
      });
    }
  }

  /** Gives the memory back and wakes who waits: the topic is deleted. */
  close(): void {
    this.#dropWhile(() => true);
    this.#memory.give(markerSize * this.#undecided.count);
    this.#undecided.clear();
    this.#producers.clear();
    this.#wake();
  }

  #segmentFor(size: number, rules: LogRules): Segment {
    const last = this.#segments.at(-1);
    if (last?.fits(size) && this.#now() - last.created < rules.segmentMs) return last;
    const wanted = last ? Math.min(last.capacity * 2, largestSegment) : smallestSegment;
    const roomy = Math.max(size, Math.min(wanted, rules.segmentBytes));
    // Near the limit a segment gets no room for more than this batch.
    const capacity = this.#memory.used + roomy > this.#memory.limit ? size : roomy;
    if (!this.#memory.take(capacity)) {
      throw this.#usedUp();
    }
    const segment = new Segment(this.#end, capacity, this.#now());
    this.#segments.push(segment);
    return segment;
  }

  #usedUp(): Refusal {
    return new Refusal(
      'POLICY_VIOLATION',
      `The embedded broker keeps ${this.#memory.limit} bytes at most, and they are used up.`,
    );
  }

  #stamp(segment: Segment, at: number, head: BatchHead, rules: LogRules): number {
    if (!rules.appendTime) {
      segment.noteTimestamp(head.maxTimestamp);
      return -1;
    }
    const now = this.#now();
    stampAppendTime(segment.bytes, at, now);
    segment.noteTimestamp(now);
    return now;
  }

  #dropWhile(unwanted: (segment: Segment) => boolean): void {
    while (this.#segments.length > 0 && unwanted(this.#segments[0]!)) {
      const segment = this.#segments.shift()!;
      this.#memory.give(segment.capacity);
      if (segment.nextOffset > this.#start) this.#start = segment.nextOffset;
    }
    this.#undecided.forgetBelow(this.#start);
  }

  #wake(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}

const nothing = Buffer.alloc(0);
