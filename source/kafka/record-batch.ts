import type {Draft} from '../flow/delivery.ts';
import type {Header} from '../flow/message.ts';
import {crc32c} from '../wire/crc-32c.ts';

type Content = Pick<Draft, 'key' | 'value' | 'headers'>;

/** The batch's own fields before its records ("Record Batch" in Kafka's message format documentation). */
const headBytes = 61;
const firstBytes = 4096;

/**
 * A record batch (magic 2, uncompressed) that grows record by record: each is written to its place at once, and nothing
 * of it is kept but its bytes. KafkaJS's own encoder throws on a null header value and cannot keep the order of repeated
 * headers.
 */
export class RecordBatch {
  #bytes: Buffer;
  #at = headBytes;
  #count = 0;
  /** ms since 1970, from which the records' times are counted; null: none says a time of its own, and all get the batch's. */
  #base: number | null = null;
  #latest = 0;

  /** `bytes`: of a batch that is needed no more, to be written over. */
  constructor(bytes: Buffer = Buffer.allocUnsafe(firstBytes)) {
    this.#bytes = bytes;
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes that it takes. */
  get size(): number {
    return this.#at;
  }

  /** Adds a record. Where it says no time of its own it gets that of the batch, or `now` (ms since 1970). */
  add(draft: Draft, now: number): void {
    const {timestamp} = draft;
    if (timestamp !== undefined) this.#base ??= this.count === 0 ? timestamp : now;
    this.#write(draft, this.#base === null ? 0 : (timestamp ?? now) - this.#base);
  }

  /** The batch as it goes out, with `now` as the time of records that say none. Nothing can be added any more. */
  seal(now: number): Buffer {
    this.#base ??= now;
    const batch = this.#bytes.subarray(0, this.#at);
    batch.writeBigInt64BE(0n, 0); // base offset: the broker's to say
    batch.writeInt32BE(batch.length - 12, 8);
    batch.writeInt32BE(-1, 12); // partition leader epoch
    batch.writeInt8(2, 16); // magic
    batch.writeInt16BE(0, 21); // attributes: uncompressed, create time
    batch.writeInt32BE(this.count - 1, 23);
    batch.writeBigInt64BE(BigInt(this.#base), 27);
    batch.writeBigInt64BE(BigInt(this.#base + this.#latest), 35);
    batch.writeBigInt64BE(-1n, 43); // no producer id: see rule 2 on idempotence
    batch.writeInt16BE(-1, 51);
    batch.writeInt32BE(-1, 53);
    batch.writeInt32BE(this.count, 57);
    batch.writeUInt32BE(crc32c(batch, 21), 17);
    return batch;
  }

  /** Records `from` to `to` − 1 of a sealed batch, as a batch of their own, not sealed. */
  part(from: number, to: number): RecordBatch {
    const part = new RecordBatch();
    part.#base = this.#base;
    let at = headBytes;
    for (let index = 0; index < to; index++) {
      const length = readVarInt(this.#bytes, at);
      at = length.end + length.value;
      if (index < from) continue;
      const timestamp = readVarInt(this.#bytes, length.end + 1);
      const offset = readVarInt(this.#bytes, timestamp.end);
      const rest = this.#bytes.subarray(offset.end, at);
      part.#begin(timestamp.value, rest.length, rest.length);
      part.#copy(rest);
    }
    return part;
  }

  /** Bytes for another batch, once nothing reads this one any more. */
  get reusable(): Buffer {
    return this.#bytes;
  }

  #write(record: Content, timestampDelta: number): void {
    const {key, value, headers} = record;
    let size = fieldSize(key) + fieldSize(value) + varIntSize(headers.length);
    for (const header of headers) {
      const name = nameSize(header);
      size += varIntSize(name) + name + fieldSize(header.value);
    }
    this.#begin(timestampDelta, size, recordSize(record));
    this.#field(key);
    this.#field(value);
    this.#varInt(headers.length);
    for (const header of headers) {
      const name = nameSize(header);
      this.#varInt(name);
      if (header.rawName) this.#bytes.set(header.rawName, this.#at);
      else this.#bytes.write(header.name, this.#at, name, 'utf8');
      this.#at += name;
      this.#field(header.value);
    }
  }

  /** What stands before the `rest` bytes of key, value and headers. */
  #begin(timestampDelta: number, rest: number, room: number): void {
    this.#makeRoom(room + fixedBound);
    const index = this.#count++;
    this.#latest = Math.max(this.#latest, timestampDelta);
    this.#varInt(1 + varIntSize(timestampDelta) + varIntSize(index) + rest);
    this.#bytes[this.#at++] = 0; // attributes
    this.#varInt(timestampDelta);
    this.#varInt(index);
  }

  #field(value: Uint8Array | null): void {
    this.#varInt(value?.length ?? -1);
    if (value) this.#copy(value);
  }

  #copy(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Zigzag, base 128; also beyond 32 bits, since a timestamp may lie far from the first. */
  #varInt(value: number): void {
    let left = zigzag(value);
    while (left >= 0x80) {
      this.#bytes[this.#at++] = (left % 0x80) | 0x80;
      left = Math.floor(left / 0x80);
    }
    this.#bytes[this.#at++] = left;
  }

  #makeRoom(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#at + size, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** All drafts as one batch; `now` (ms since 1970) is the time of those that say none. */
export function encodeRecordBatch(drafts: readonly Draft[], now: number): Buffer {
  const batch = new RecordBatch();
  for (const draft of drafts) batch.add(draft, now);
  return batch.seal(now);
}

/** More than what stands in a record beside its key, value and headers. */
const fixedBound = 40;

/** An upper bound of what one draft takes in a batch, in bytes. */
export function recordSize({key, value, headers}: Content): number {
  let size = fixedBound + (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers) size += nameSize(header) + (header.value?.length ?? 0) + 10;
  return size;
}

/** In bytes. */
function nameSize({name, rawName}: Header): number {
  return rawName?.length ?? Buffer.byteLength(name);
}

function fieldSize(value: Uint8Array | null): number {
  return value ? varIntSize(value.length) + value.length : 1;
}

function varIntSize(value: number): number {
  let size = 1;
  for (let left = zigzag(value); left >= 0x80; left = Math.floor(left / 0x80)) size++;
  return size;
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function readVarInt(bytes: Buffer, from: number): {readonly value: number; readonly end: number} {
  let read = 0;
  let scale = 1;
  let at = from;
  for (;;) {
    const byte = bytes[at++]!;
    read += (byte & 0x7f) * scale;
    if (byte < 0x80) return {value: read % 2 === 0 ? read / 2 : -(read + 1) / 2, end: at};
    scale *= 0x80;
  }
}
