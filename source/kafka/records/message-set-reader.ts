import {crc32} from 'node:zlib';
import type {TopicPartition} from '../../flow/message.ts';
import type {Work} from '../../wire/work.ts';
import {beforeLength, magicAt, sizeOfEntry} from './batch-head.ts';
import {ByteReader} from './byte-reader.ts';
import {FetchedMessage, messageCost} from './fetched-message.ts';
import {chunkSize, type OpenRecords, type TakenRecords} from './open-records.ts';
import {Damaged} from './unreadable-records.ts';

/** One message of before Kafka 0.11 (formats 0 and 1); several can be packed as the value of one. */
export type OldMessage = {
  readonly offset: bigint;
  readonly magic: 0 | 1;
  readonly compression: number;
  readonly hasAppendTime: boolean;
  /** ms since 1970; −1 in format 0, which knows no time. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
};

/** Reads one whole message. Throws Damaged. */
export function readOldMessage(entry: Buffer): OldMessage {
  const magic = entry.readInt8(magicAt);
  if (magic !== 0 && magic !== 1) throw new Damaged(`a message in it is of the unknown format ${magic}`);
  if (crc32(entry.subarray(magicAt)) !== entry.readUInt32BE(beforeLength)) throw new Damaged('CRC mismatch');
  const reader = new ByteReader(entry, magicAt + 1);
  const attributes = entry[reader.pass(1)]!;
  const timestamp = magic === 1 ? Number(entry.readBigInt64BE(reader.pass(8))) : -1;
  const key = bytesOf(reader);
  const value = bytesOf(reader);
  if (reader.left > 0) throw new Damaged('a message in it does not have the length that it claims');
  return {
    offset: entry.readBigInt64BE(0),
    magic,
    compression: attributes & 0x07,
    hasAppendTime: magic === 1 && (attributes & 0x08) !== 0,
    timestamp,
    key,
    value,
  };
}

function bytesOf(reader: ByteReader): Buffer | null {
  const length = reader.int32();
  if (length < 0) return null;
  const from = reader.pass(length);
  return reader.bytes.subarray(from, from + length);
}

/** Messages that are looked at before somebody else may have a turn. */
const checkedAtOnce = 5000;

/**
 * Checks messages of the formats 0 and 1, none of them packed, and answers what reads them from the offset `from` on;
 * null: there is none. `outer` is the one that they were packed in: it has the last one's offset, and in format 1 theirs
 * count from its first (KIP-31). Throws Damaged.
 */
export function* openMessages(
  at: TopicPartition,
  bytes: Buffer,
  from: bigint,
  outer: OldMessage | null,
): Work<MessageSetReader | null> {
  let last = -1n;
  let count = 0;
  for (let place = 0; place < bytes.length; ) {
    const size = sizeOfEntry(bytes, place);
    if (size === null) throw new Damaged('a message in it is cut off');
    const {offset, compression} = readOldMessage(bytes.subarray(place, place + size));
    if (compression !== 0) throw new Damaged('a packed message in it is packed again');
    if (offset <= last) throw new Damaged('its offsets are not in order');
    last = offset;
    place += size;
    if (++count % checkedAtOnce === 0) yield;
  }
  if (last < 0n) throw new Damaged('there is no message in it');
  if (outer && last > outer.offset) throw new Damaged(`it has the offset ${outer.offset}, and ${last} in it`);
  const shift = outer?.magic === 1 ? outer.offset - last : 0n;
  let first = 0;
  while (first < bytes.length && bytes.readBigInt64BE(first) + shift < from) {
    first += sizeOfEntry(bytes, first)!;
    if (++count % checkedAtOnce === 0) yield;
  }
  return first === bytes.length ? null : new MessageSetReader(at, bytes, first, shift, outer);
}

/** Messages of old formats that were checked, made a chunk at a time, each chunk with bytes of its own. */
export class MessageSetReader implements OpenRecords {
  readonly #at: TopicPartition;
  readonly #bytes: Buffer;
  readonly #shift: bigint;
  readonly #outer: OldMessage | null;
  #position: number;

  /** `position`: where the first one begins that is given; `shift`: what their offsets count from. */
  constructor(at: TopicPartition, bytes: Buffer, position: number, shift: bigint, outer: OldMessage | null) {
    this.#at = at;
    this.#bytes = bytes;
    this.#position = position;
    this.#shift = shift;
    this.#outer = outer;
  }

  get size(): number {
    return this.#bytes.length;
  }

  take(most: number): TakenRecords | null {
    if (this.#position === this.#bytes.length) return null;
    const begin = this.#position;
    this.#position = this.#endOfChunk(most);
    const bytes = Buffer.from(this.#bytes.subarray(begin, this.#position));
    const messages: FetchedMessage[] = [];
    let next = 0n;
    for (let place = 0; place < bytes.length; ) {
      const size = sizeOfEntry(bytes, place)!;
      const message = this.#messageOf(readOldMessage(bytes.subarray(place, place + size)), bytes);
      messages.push(message);
      next = message.offset + 1n;
      place += size;
    }
    return {messages, next, bytes: bytes.length + messages.length * messageCost};
  }

  #messageOf({offset, timestamp, hasAppendTime, key, value}: OldMessage, bytes: Buffer): FetchedMessage {
    const outer = this.#outer;
    const isAppendTime = outer?.hasAppendTime ?? hasAppendTime;
    return new FetchedMessage(
      this.#at,
      offset + this.#shift,
      outer?.hasAppendTime ? outer.timestamp : timestamp,
      isAppendTime ? 'log-append-time' : 'create-time',
      key,
      value,
      bytes,
      -1,
    );
  }

  #endOfChunk(most: number): number {
    const begin = this.#position;
    let end = begin;
    for (let count = 0; count < most && end < this.#bytes.length; count++) {
      const size = sizeOfEntry(this.#bytes, end)!;
      if (count > 0 && end + size - begin > chunkSize) break;
      end += size;
    }
    return end;
  }
}
