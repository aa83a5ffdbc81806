import type {UnreadableBatch} from '../../flow/fetched-queue.ts';
import type {TopicPartition} from '../../flow/message.ts';
import {compressions, decompressBeside} from '../../wire/decompress.ts';
import type {Lz4Leniency} from '../../wire/lz4.ts';
import {TooLargeError} from '../../wire/too-large.ts';
import {inTurns} from '../../wire/work.ts';
import type {FetchedRecords} from '../fetch-records.ts';
import {AbortedProducers} from './aborted-producers.ts';
import {type BatchHead, beforeLength, headSize, magicAt, readHead, sizeOfEntry} from './batch-head.ts';
import {openMessages, readOldMessage} from './message-set-reader.ts';
import {chunkSize, type OpenRecords, type TakenRecords} from './open-records.ts';
import {openRecords} from './record-batch-reader.ts';
import {Damaged, UnreadableRecords} from './unreadable-records.ts';

export type RecordLimits = {
  /** Bytes that one batch may have when it is unpacked. */
  readonly unpacked: number;
};

const mebibyte = 1024 * 1024;
export const defaultLimits: RecordLimits = {unpacked: 64 * mebibyte};

/** The broker looks at the end first, and then reads what has been written by then. */
const writtenMeanwhile = 1_000_000n;
/** A marker's key: version 0, type 0. */
const abortMarker = Buffer.from([0, 0, 0, 0]);

/**
 * What one fetch brought of a partition, read batch by batch: each is checked, unpacked when it is its turn, and its messages
 * are made as they are asked for. Aborted records, markers and what lies before `from` are left out, but counted in
 * `next`. A batch that was cut off at the end is not given: it comes whole with the next fetch.
 */
export class RecordCursor {
  readonly #at: TopicPartition;
  readonly #limits: RecordLimits;
  readonly #aborted: AbortedProducers;
  readonly #highWatermark: bigint | null;
  #bytes: Buffer;
  /** Where the entry that is open, or the next one, begins. */
  #entry = 0;
  #open: OpenRecords | null = null;
  /** Behind the entry that is open. */
  #behind = 0;
  #next: bigint;
  #isFirst = true;
  /** What begins before it was found to lie at its place; some of it was given perhaps, and opened again since. */
  #placedTo = 0;

  constructor(
    fetched: Pick<FetchedRecords, 'records' | 'aborted'> & {readonly highWatermark?: bigint},
    at: TopicPartition,
    from: bigint,
    limits: RecordLimits = defaultLimits,
  ) {
    this.#bytes = fetched.records;
    this.#aborted = new AbortedProducers(fetched.aborted);
    this.#highWatermark = fetched.highWatermark ?? null;
    this.#at = at;
    this.#next = from;
    this.#limits = limits;
  }

  /** The offset to read next: below it everything was given or passed. */
  get next(): bigint {
    return this.#next;
  }

  /** Memory that it keeps alive now, in bytes. */
  get heldBytes(): number {
    return this.#bytes.length - this.#entry + (this.#open?.size ?? 0);
  }

  /**
   * The next messages, at most so many and of one batch; none where offsets without a message were passed. null: nothing
   * whole is left. Rejects with UnreadableRecords at a batch that cannot be read, after all before it was given.
   */
  async take(most: number): Promise<TakenRecords | null> {
    for (;;) {
      const taken = this.#open?.take(most);
      if (taken) {
        this.#next = taken.next;
        return taken;
      }
      if (this.#open) this.#close(this.#behind);
      const before = this.#next;
      if (!(await this.#openNext())) return null;
      if (!this.#open && this.#next > before) return {messages: [], next: this.#next, bytes: 0};
    }
  }

  /** Gives back what can be had again: the unpacked batch, and the rest of the answer that the bytes were cut from. */
  rest(): void {
    this.#open = null;
    if (this.#bytes.buffer.byteLength <= 2 * (this.#bytes.length - this.#entry)) return;
    this.#bytes = Buffer.from(this.#bytes.subarray(this.#entry));
    this.#placedTo -= this.#entry;
    this.#entry = 0;
  }

  /** Opens the next entry, or passes it where there is nothing for us in it. False: there is no whole one. */
  async #openNext(): Promise<boolean> {
    const begin = this.#entry;
    try {
      const size = sizeOfEntry(this.#bytes, begin);
      if (size === null) {
        // The first batch of an answer is whole, however large it is (KIP-74).
        if (this.#isFirst && begin < this.#bytes.length)
          throw new Damaged('it says that it is longer than what came');
        return false;
      }
      const magic = this.#bytes.readInt8(begin + magicAt);
      if (magic === 2) await this.#openBatch(begin, size);
      else if (magic === 0 || magic === 1) await this.#openMessages(begin, size);
      else throw new Damaged(`its format ${magic} is not known`);
      this.#isFirst = false;
      return true;
    } catch (error) {
      throw new UnreadableRecords(this.#unreadable(begin, reasonOf(error, this.#limits)));
    }
  }

  async #openBatch(begin: number, size: number): Promise<void> {
    const batch = this.#bytes.subarray(begin, begin + size);
    const head = readHead(batch);
    if (begin >= this.#placedTo) this.#checkPlace(head, begin + size);
    this.#placedTo = Math.max(this.#placedTo, begin + size);
    const {lastOffset, producerId, isControl} = head;
    this.#aborted.reach(lastOffset);
    const isAborted = head.isTransactional && this.#aborted.has(producerId);
    const isPassed = head.count === 0 || lastOffset < this.#next || (isAborted && !isControl);
    if (isPassed) {
      this.#pass(begin + size, lastOffset);
      return;
    }
    const bytes = await this.#unpack(head.compression, batch.subarray(headSize));
    if (!isControl) {
      const records = await inTurns(openRecords(this.#at, head, bytes, this.#next));
      if (records) this.#show(records, begin + size);
      else this.#pass(begin + size, lastOffset);
      return;
    }
    const markers = await inTurns(openRecords(this.#at, head, bytes, head.baseOffset));
    const [marker] = markers?.take(1)?.messages ?? [];
    if (marker?.key?.equals(abortMarker)) this.#aborted.close(producerId);
    this.#pass(begin + size, lastOffset);
  }

  /** Where a batch lies is not under its checksum: it follows the one before, and ends before the partition does. */
  #checkPlace({baseOffset, lastOffset}: Pick<BatchHead, 'baseOffset' | 'lastOffset'>, behind: number): void {
    const isBehindEnd = this.#highWatermark !== null && lastOffset >= this.#highWatermark + writtenMeanwhile;
    const following = this.#offsetAt(behind);
    // A batch that begins further ahead than it need, and overlaps with the next, is the one that is wrong.
    const overlaps = following !== null && following <= lastOffset && baseOffset > this.#next;
    const isBack = this.#isFirst ? lastOffset < this.#next : baseOffset < this.#next;
    if (isBack || isBehindEnd || overlaps || baseOffset < 0n)
      throw new Damaged(saysOffsets(baseOffset, lastOffset));
  }

  async #openMessages(begin: number, size: number): Promise<void> {
    const message = readOldMessage(this.#bytes.subarray(begin, begin + size));
    const {offset, magic, compression, value} = message;
    if (begin >= this.#placedTo) this.#checkPlace({baseOffset: offset, lastOffset: offset}, begin + size);
    const isPacked = compression !== 0;
    const behind = isPacked ? begin + size : this.#endOfPlain(begin + size, offset);
    this.#placedTo = Math.max(this.#placedTo, behind);
    const messages = isPacked
      ? await this.#unpack(compression, value ?? Buffer.alloc(0), {anyHeadChecksum: magic === 0})
      : this.#bytes.subarray(begin, behind);
    const outer = isPacked ? message : null;
    const opened = await inTurns(openMessages(this.#at, messages, this.#next, outer));
    if (opened) this.#show(opened, behind);
    else this.#pass(behind, offset);
  }

  /** Messages of the old formats stand alone: of those that follow, some are read with the first. */
  #endOfPlain(begin: number, first: bigint): number {
    let at = begin;
    let before = first;
    try {
      while (at - begin < chunkSize) {
        const size = sizeOfEntry(this.#bytes, at);
        if (size === null) break;
        const {offset, compression} = readOldMessage(this.#bytes.subarray(at, at + size));
        if (compression !== 0 || offset <= before) break;
        before = offset;
        at += size;
      }
    } catch (error) {
      // Said when it is its turn.
      if (!(error instanceof Damaged)) throw error;
    }
    return at;
  }

  async #unpack(compression: number, bytes: Buffer, leniency: Lz4Leniency = {}): Promise<Buffer> {
    if (compression === 0) return bytes;
    try {
      return await decompressBeside(compression, bytes, this.#limits.unpacked, {
        ...leniency,
        linked: true,
      });
    } catch (error) {
      if (error instanceof TooLargeError) throw error;
      const name = Object.entries(compressions).find(([, each]) => each === compression)?.[0];
      throw new Damaged(
        name ? `it cannot be unpacked (${name})` : `its compression ${compression} is not known`,
      );
    }
  }

  /** Goes on behind an entry in which there is nothing for us. */
  #pass(behind: number, lastOffset: bigint): void {
    this.#close(behind);
    if (lastOffset >= this.#next) this.#next = lastOffset + 1n;
  }

  #show(records: OpenRecords, behind: number): void {
    this.#open = records;
    this.#behind = behind;
  }

  #close(behind: number): void {
    this.#open = null;
    this.#entry = behind;
  }

  #unreadable(begin: number, reason: string): UnreadableBatch {
    const size = plausibleSize(this.#bytes, begin);
    return {
      from: this.#next,
      next: this.#endOfDamaged(begin, size),
      reason,
      bytes: Buffer.from(this.#bytes.subarray(begin, begin + size)),
    };
  }

  /** Where reading can go on: as the batch says where that can be, else where the next one begins. */
  #endOfDamaged(begin: number, size: number): bigint | null {
    const following = this.#offsetAt(begin + size);
    const isInside = this.#highWatermark === null || (following ?? 0n) < this.#highWatermark;
    const isFollowed = following !== null && following > this.#next && isInside;
    const said = saidEnd(this.#bytes, begin, size, isFollowed ? following : null);
    const most = isFollowed ? following : this.#highWatermark;
    if (said !== null && said > this.#next && most !== null && said <= most) return said;
    return isFollowed ? following : null;
  }

  #offsetAt(at: number): bigint | null {
    return this.#bytes.length >= at + beforeLength ? this.#bytes.readBigInt64BE(at) : null;
  }
}

/** As far as the length of the entry can be; else all that is there. */
function plausibleSize(bytes: Buffer, begin: number): number {
  try {
    return sizeOfEntry(bytes, begin) ?? bytes.length - begin;
  } catch {
    return bytes.length - begin;
  }
}

/** One past the last offset of the entry, as its head says. A message of an old format does not say how many are packed in it. */
function saidEnd(bytes: Buffer, begin: number, size: number, following: bigint | null): bigint | null {
  if (size <= magicAt) return null;
  const offset = bytes.readBigInt64BE(begin);
  const magic = bytes.readInt8(begin + magicAt);
  if (magic === 0 || magic === 1) return following ?? offset + 1n;
  if (size < headSize) return null;
  const lastOffsetDelta = bytes.readInt32BE(begin + 23);
  return lastOffsetDelta < 0 ? null : offset + BigInt(lastOffsetDelta) + 1n;
}

function saysOffsets(first: bigint, last: bigint): string {
  return `it says that it has the offsets ${first} to ${last}`;
}

function reasonOf(error: unknown, {unpacked}: RecordLimits): string {
  if (error instanceof Damaged) return error.message;
  if (error instanceof TooLargeError)
    return `unpacked it has more than ${unpacked / mebibyte} MiB, which is the limit (--unpacked-limit)`;
  throw error;
}
