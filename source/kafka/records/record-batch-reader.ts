import type {TimestampType, TopicPartition} from '../../flow/message.ts';
import type {Work} from '../../wire/work.ts';
import type {BatchHead} from './batch-head.ts';
import {ByteReader} from './byte-reader.ts';
import {FetchedMessage, headerCost, messageCost} from './fetched-message.ts';
import {chunkSize, type OpenRecords, type TakenRecords} from './open-records.ts';
import {Damaged} from './unreadable-records.ts';

/**
 * The records of one batch of format 2, unpacked. They went through `checkRecords` before, so that a batch is read wholly
 * or not at all. Messages are made a chunk at a time, each chunk with bytes of its own.
 */
export class RecordBatchReader implements OpenRecords {
  readonly #at: TopicPartition;
  readonly #head: BatchHead;
  readonly #records: Buffer;
  readonly #from: bigint;
  readonly #timestampType: TimestampType;
  #position = 0;
  #left: number;

  constructor(at: TopicPartition, head: BatchHead, records: Buffer, from: bigint) {
    this.#at = at;
    this.#head = head;
    this.#records = records;
    this.#from = from;
    this.#left = head.count;
    this.#timestampType = head.hasAppendTime ? 'log-append-time' : 'create-time';
  }

  get size(): number {
    return this.#records.length;
  }

  take(most: number): TakenRecords | null {
    while (this.#left > 0) {
      const taken = this.#takeChunk(most);
      // What lies before the offset that was asked for is passed, and not told of.
      if (taken.messages.length > 0 || this.#left === 0) return taken;
    }
    return null;
  }

  #takeChunk(most: number): TakenRecords {
    const {begin, count} = this.#nextChunk(most);
    const bytes = Buffer.from(this.#records.subarray(begin, this.#position));
    const reader = new ByteReader(bytes);
    const messages: FetchedMessage[] = [];
    let headers = 0;
    let last = 0;
    for (let index = 0; index < count; index++) {
      const size = reader.varInt();
      const end = reader.at + size;
      reader.at++; // attributes: none are in use
      const timeDelta = reader.varLong();
      last = reader.varInt();
      const key = slice(reader);
      const value = slice(reader);
      const offset = this.#head.baseOffset + BigInt(last);
      if (offset >= this.#from) {
        const headersAt = reader.at;
        headers += reader.varInt();
        messages.push(
          new FetchedMessage(
            this.#at,
            offset,
            this.#timeOf(timeDelta),
            this.#timestampType,
            key,
            value,
            bytes,
            headersAt,
          ),
        );
      }
      reader.at = end;
    }
    this.#left -= count;
    const next = this.#left === 0 ? this.#head.lastOffset + 1n : this.#head.baseOffset + BigInt(last) + 1n;
    return {messages, next, bytes: bytes.length + messages.length * messageCost + headers * headerCost};
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

/** Records that are checked before somebody else may have a turn. */
const checkedAtOnce = 10_000;

/**
 * As Java's clients check a batch (DefaultRecord, DefaultRecordBatch): each record has the length that it claims, and
 * nothing is left. Throws Damaged.
 */
export function* checkRecords(records: Buffer, {count, baseOffset, lastOffset}: BatchHead): Work<void> {
  const most = Number(lastOffset - baseOffset);
  const reader = new ByteReader(records);
  let before = -1;
  for (let index = 0; index < count; index++) {
    if (index % checkedAtOnce === checkedAtOnce - 1) yield;
    if (reader.left === 0) throw new Damaged(`it counts ${count} records and has ${index}`);
    const size = reader.varInt();
    const begin = reader.pass(size);
    const end = reader.at;
    reader.at = begin;
    reader.pass(1);
    reader.varLong();
    const delta = reader.varInt();
    if (delta <= before || delta > most) throw new Damaged('its offsets are not in order');
    before = delta;
    passBytes(reader);
    passBytes(reader);
    const headers = reader.varInt();
    if (headers < 0) throw new Damaged('a record in it counts its headers wrong');
    for (let left = headers; left > 0; left--) {
      reader.pass(reader.varInt());
      passBytes(reader);
    }
    if (reader.at !== end) throw new Damaged('a record in it does not have the length that it claims');
  }
  if (reader.left > 0) throw new Damaged(`it counts ${count} records and has more`);
}

function passBytes(reader: ByteReader): void {
  const length = reader.varInt();
  if (length > 0) reader.pass(length);
}
