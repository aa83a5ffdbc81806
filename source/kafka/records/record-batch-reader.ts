import type {TimestampType, TopicPartition} from '../../flow/message.ts';
import type {Work} from '../../wire/work.ts';
import type {BatchHead} from './batch-head.ts';
import {ByteReader} from './byte-reader.ts';
import {FetchedMessage, headerCost, messageCost} from './fetched-message.ts';
import {chunkSize, type OpenRecords, type TakenRecords} from './open-records.ts';
import {Damaged} from './unreadable-records.ts';

/** Records, or headers of one, that are checked before somebody else may have a turn. */
const checkedAtOnce = 10_000;
/** A few bytes of a packed batch can claim tens of millions, and each takes memory once somebody looks at it. */
const mostHeaders = 1_000_000;

/**
 * Checks the records of one batch of format 2, unpacked, as Java's clients do (DefaultRecord, DefaultRecordBatch): each
 * has the length that it claims, and nothing is left, so that a batch is read wholly or not at all. Throws Damaged.
 * Answers what reads them from the offset `from` on; null: there is none.
 */
export function* openRecords(
  at: TopicPartition,
  head: BatchHead,
  records: Buffer,
  from: bigint,
): Work<RecordBatchReader | null> {
  const {count, baseOffset, lastOffset} = head;
  const most = Number(lastOffset - baseOffset);
  const wanted = Number(from - baseOffset);
  const reader = new ByteReader(records);
  let before = -1;
  let first: {readonly index: number; readonly at: number} | null = null;
  let checked = 0;
  for (let index = 0; index < count; index++) {
    if (reader.left === 0) throw new Damaged(`it counts ${count} records and has ${index}`);
    const start = reader.at;
    const size = reader.varInt();
    const begin = reader.pass(size);
    const end = reader.at;
    reader.at = begin;
    reader.pass(1);
    reader.varLong();
    const delta = reader.varInt();
    if (delta <= before || delta > most) throw new Damaged('its offsets are not in order');
    if (delta >= wanted) first ??= {index, at: start};
    before = delta;
    passBytes(reader);
    passBytes(reader);
    const headers = passHeaders(reader);
    if (reader.at !== end) throw new Damaged('a record in it does not have the length that it claims');
    checked += 1 + headers;
    if (checked >= checkedAtOnce) {
      checked = 0;
      yield;
    }
  }
  if (reader.left > 0) throw new Damaged(`it counts ${count} records and has more`);
  return first && new RecordBatchReader(at, head, records, first.at, count - first.index);
}

function passHeaders(reader: ByteReader): number {
  const count = reader.varInt();
  if (count < 0) throw new Damaged('a record in it counts its headers wrong');
  if (count > mostHeaders)
    throw new Damaged(`a record in it has ${count} headers, and ${mostHeaders} at most are read`);
  for (let left = count; left > 0; left--) {
    reader.pass(reader.varInt());
    passBytes(reader);
  }
  return count;
}

function passBytes(reader: ByteReader): void {
  const length = reader.varInt();
  if (length > 0) reader.pass(length);
}

/** Messages of records that were checked, made a chunk at a time, each chunk with bytes of its own. */
export class RecordBatchReader implements OpenRecords {
  readonly #at: TopicPartition;
  readonly #head: BatchHead;
  readonly #records: Buffer;
  readonly #timestampType: TimestampType;
  #position: number;
  #left: number;

  /** `position`: where the first of the `left` records begins that are given. */
  constructor(at: TopicPartition, head: BatchHead, records: Buffer, position: number, left: number) {
    this.#at = at;
    this.#head = head;
    this.#records = records;
    this.#position = position;
    this.#left = left;
    this.#timestampType = head.hasAppendTime ? 'log-append-time' : 'create-time';
  }

  get size(): number {
    return this.#records.length;
  }

  take(most: number): TakenRecords | null {
    if (this.#left === 0) return null;
    const {begin, count} = this.#nextChunk(most);
    const bytes = Buffer.from(this.#records.subarray(begin, this.#position));
    const {baseOffset, lastOffset} = this.#head;
    const reader = new ByteReader(bytes);
    const messages: FetchedMessage[] = [];
    let headers = 0;
    let next = baseOffset;
    for (let index = 0; index < count; index++) {
      const size = reader.varInt();
      const end = reader.at + size;
      reader.at++; // attributes: none are in use
      const time = this.#timeOf(reader.varLong());
      const offset = baseOffset + BigInt(reader.varInt());
      const key = slice(reader);
      const value = slice(reader);
      const headersAt = reader.at;
      headers += reader.varInt();
      reader.at = end;
      next = offset + 1n;
      messages.push(
        new FetchedMessage(this.#at, offset, time, this.#timestampType, key, value, bytes, headersAt),
      );
    }
    this.#left -= count;
    return {
      messages,
      next: this.#left === 0 ? lastOffset + 1n : next,
      bytes: bytes.length + messages.length * messageCost + headers * headerCost,
    };
  }

  #timeOf(delta: number): number {
    return this.#head.hasAppendTime ? this.#head.maxTimestamp : this.#head.baseTimestamp + delta;
  }

  /** Goes over as many records as make one chunk. */
  #nextChunk(most: number): {begin: number; count: number} {
    const begin = this.#position;
    const reader = new ByteReader(this.#records, begin);
    let count = 0;
    while (count < this.#left && count < most && reader.at - begin < chunkSize) {
      const size = reader.varInt();
      if (count > 0 && reader.at + size - begin > chunkSize) break;
      reader.at += size;
      this.#position = reader.at;
      count++;
    }
    return {begin, count};
  }
}

function slice(reader: ByteReader): Buffer | null {
  const length = reader.varInt();
  if (length < 0) return null;
  const from = reader.at;
  reader.at += length;
  return reader.bytes.subarray(from, reader.at);
}
