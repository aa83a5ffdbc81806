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

/**
 * Messages of the formats 0 and 1, none of them packed. `outer` is the one that they were packed in: in format 1 their
 * offsets count from its first, and it has the last one's offset (KIP-31).
 */
export class MessageSetReader implements OpenRecords {
  readonly #at: TopicPartition;
  readonly #bytes: Buffer;
  readonly #from: bigint;
  readonly #outer: OldMessage | null;
  readonly #shift: bigint;
  #position = 0;

  /** `last`: the last message's offset, as `checkMessages` answers it. */
  constructor(at: TopicPartition, bytes: Buffer, last: bigint, from: bigint, outer: OldMessage | null) {
    this.#at = at;
    this.#bytes = bytes;
    this.#from = from;
    this.#outer = outer;
    this.#shift = outer?.magic === 1 ? outer.offset - last : 0n;
  }

  get size(): number {
    return this.#bytes.length;
  }

  take(most: number): TakenRecords | null {
    while (this.#position < this.#bytes.length) {
      const taken = this.#takeChunk(most);
      if (taken.messages.length > 0) return taken;
    }
    return null;
  }

  #takeChunk(most: number): TakenRecords {
    const begin = this.#position;
    const end = this.#endOfChunk(most);
    this.#position = end;
    const bytes = Buffer.from(this.#bytes.subarray(begin, end));
    const messages: FetchedMessage[] = [];
    let next = this.#from;
    for (let at = 0; at < bytes.length; ) {
      const size = sizeOfEntry(bytes, at)!;
      const {
        offset: counted,
        timestamp,
        key,
        value,
        hasAppendTime,
      } = readOldMessage(bytes.subarray(at, at + size));
      at += size;
      const offset = counted + this.#shift;
      if (offset < this.#from) continue;
      next = offset + 1n;
      const outer = this.#outer;
      const isAppendTime = outer?.hasAppendTime ?? hasAppendTime;
      messages.push(
        new FetchedMessage(
          this.#at,
          offset,
          outer?.hasAppendTime ? outer.timestamp : timestamp,
          isAppendTime ? 'log-append-time' : 'create-time',
          key,
          value,
          bytes,
          -1,
        ),
      );
    }
    return {messages, next, bytes: bytes.length + messages.length * messageCost};
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

/** Messages that are checked before somebody else may have a turn. */
const checkedAtOnce = 5000;

/** Reads each message once. Answers the last one's offset. Throws Damaged. */
export function* checkMessages(bytes: Buffer): Work<bigint> {
  let last = -1n;
  let count = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = sizeOfEntry(bytes, at);
    if (size === null) throw new Damaged('a message in it is cut off');
    const message = readOldMessage(bytes.subarray(at, at + size));
    if (message.compression !== 0) throw new Damaged('a packed message in it is packed again');
    if (message.offset <= last) throw new Damaged('its offsets are not in order');
    last = message.offset;
    at += size;
    if (++count % checkedAtOnce === 0) yield;
  }
  if (last < 0n) throw new Damaged('there is no message in it');
  return last;
}
