import {findTimestamp, lastOffsetOf, maxTimestampOf, readHead, sizeOfBatch} from './batch.ts';

/** Bytes between two entries of the index. */
const indexEvery = 4096;

/**
 * A stretch of the log: batches one after the other in one buffer, so that a fetch is one slice of it. What is written is
 * never changed, so a slice stays right even when the segment is gone from the log.
 */
export class Segment {
  readonly baseOffset: number;
  readonly bytes: Buffer;
  /** ms since 1970 on the broker's clock. */
  readonly created: number;
  length = 0;
  nextOffset: number;
  maxTimestamp = -1;
  /** Where batches begin, one for every 4 KiB: base offsets and positions. */
  readonly #offsets: number[] = [];
  readonly #positions: number[] = [];

  constructor(baseOffset: number, capacity: number, created: number) {
    this.baseOffset = baseOffset;
    this.nextOffset = baseOffset;
    this.bytes = Buffer.allocUnsafeSlow(capacity);
    this.created = created;
  }

  get capacity(): number {
    return this.bytes.length;
  }

  fits(size: number): boolean {
    return this.length + size <= this.bytes.length;
  }

  /** Copies the batch in and answers where it lies; the caller places it at its offset. */
  append(batch: Buffer, lastOffset: number): number {
    const at = this.length;
    batch.copy(this.bytes, at);
    const indexed = this.#positions.at(-1);
    if (indexed === undefined || at - indexed >= indexEvery) {
      this.#offsets.push(this.nextOffset);
      this.#positions.push(at);
    }
    this.length = at + batch.length;
    this.nextOffset = lastOffset + 1;
    return at;
  }

  noteTimestamp(timestamp: number): void {
    if (timestamp > this.maxTimestamp) this.maxTimestamp = timestamp;
  }

  /** Where the batches end that lie before `offset`, which begins one. */
  endBefore(offset: number): number {
    return offset >= this.nextOffset ? this.length : this.positionOf(offset);
  }

  /** Where the batch lies that holds `offset`. */
  positionOf(offset: number): number {
    let low = 0;
    let high = this.#offsets.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#offsets[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    let at = this.#positions[low] ?? 0;
    while (at < this.length && lastOffsetOf(this.bytes, at) < offset) at += sizeOfBatch(this.bytes, at);
    return at;
  }

  /** Whole batches from the one at `from` on, at most `maxBytes`; the first one in any case if `atLeastOne`. */
  read(from: number, maxBytes: number, atLeastOne: boolean, to = this.length): Buffer {
    if (to - from <= maxBytes) return this.bytes.subarray(from, to);
    let end = from;
    while (end < to) {
      const next = end + sizeOfBatch(this.bytes, end);
      if (next - from > maxBytes && !(atLeastOne && end === from)) break;
      end = next;
    }
    return this.bytes.subarray(from, end);
  }

  /** The first record from `offset` on that is not older than `timestamp`. */
  findTimestamp(timestamp: number, offset: number): {offset: number; timestamp: number} | null {
    for (let at = this.positionOf(offset); at < this.length; at += sizeOfBatch(this.bytes, at)) {
      if (maxTimestampOf(this.bytes, at) < timestamp) continue;
      const found = findTimestamp(this.bytes, at, each => each >= timestamp);
      if (found) return found;
    }
    return null;
  }

  /** The first record with the segment's newest timestamp. */
  newest(): {offset: number; timestamp: number} | null {
    for (let at = 0; at < this.length; at += sizeOfBatch(this.bytes, at)) {
      if (maxTimestampOf(this.bytes, at) !== this.maxTimestamp) continue;
      const head = readHead(this.bytes, at);
      // Not looked into when compressed: Kafka too answers a batch's last record then.
      if (head.compressed) return {offset: head.lastOffset, timestamp: head.maxTimestamp};
      return findTimestamp(this.bytes, at, each => each === this.maxTimestamp);
    }
    return null;
  }
}
