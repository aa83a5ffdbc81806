import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import type {Draft} from '../flow/delivery.ts';
import {nameBytes} from '../flow/message.ts';

/**
 * Encodes drafts as one record batch (magic 2, uncompressed). KafkaJS's own encoder throws on a null header value and
 * cannot keep the order of repeated headers, so records are written here.
 * See "Record Batch" in Kafka's message format documentation.
 */
export function encodeRecordBatch(drafts: readonly Draft[], now: number): Buffer {
  const timestamps = drafts.map(draft => draft.timestamp ?? now);
  const base = timestamps[0]!;
  const records = drafts.map((draft, index) => encodeRecord(draft, index, timestamps[index]! - base));
  const size = records.reduce((sum, record) => sum + record.length, 0);
  const batch = Buffer.allocUnsafe(61 + size);
  batch.writeBigInt64BE(0n, 0); // base offset: the broker's to say
  batch.writeInt32BE(49 + size, 8);
  batch.writeInt32BE(-1, 12); // partition leader epoch
  batch.writeInt8(2, 16); // magic
  batch.writeInt16BE(0, 21); // attributes: uncompressed, create time
  batch.writeInt32BE(drafts.length - 1, 23);
  batch.writeBigInt64BE(BigInt(base), 27);
  batch.writeBigInt64BE(BigInt(timestamps.reduce((most, each) => Math.max(most, each), base)), 35);
  batch.writeBigInt64BE(-1n, 43); // no producer id: see rule 2 on idempotence
  batch.writeInt16BE(-1, 51);
  batch.writeInt32BE(-1, 53);
  batch.writeInt32BE(drafts.length, 57);
  let at = 61;
  for (const record of records) {
    record.copy(batch, at);
    at += record.length;
  }
  batch.writeUInt32BE(crc32C(batch.subarray(21)) >>> 0, 17);
  return batch;
}

/** An upper bound of what one draft takes in a batch, in bytes. */
export function recordSize(draft: Draft): number {
  const headers = draft.headers.reduce(
    (sum, {name, rawName, value}) =>
      sum + (rawName?.length ?? Buffer.byteLength(name)) + (value?.length ?? 0) + 10,
    0,
  );
  return 40 + (draft.key?.length ?? 0) + (draft.value?.length ?? 0) + headers;
}

function encodeRecord(draft: Draft, offsetDelta: number, timestampDelta: number): Buffer {
  const writer = new RecordWriter(recordSize(draft));
  writer.byte(0); // attributes
  writer.varInt(timestampDelta);
  writer.varInt(offsetDelta);
  writer.bytes(draft.key);
  writer.bytes(draft.value);
  writer.varInt(draft.headers.length);
  for (const header of draft.headers) {
    writer.bytes(nameBytes(header));
    writer.bytes(header.value);
  }
  return writer.withLength();
}

/** Room before the record for its own length, which is known last. */
const lengthRoom = 5;

class RecordWriter {
  readonly #buffer: Buffer;
  #at = lengthRoom;

  constructor(size: number) {
    this.#buffer = Buffer.allocUnsafe(lengthRoom + size);
  }

  byte(value: number): void {
    this.#buffer[this.#at++] = value;
  }

  varInt(value: number): void {
    this.#at = writeVarInt(this.#buffer, this.#at, value);
  }

  bytes(value: Uint8Array | null): void {
    if (value === null) {
      this.varInt(-1);
      return;
    }
    this.varInt(value.length);
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
  }

  /** The record with its own length before it. */
  withLength(): Buffer {
    const length = Buffer.alloc(lengthRoom);
    const size = writeVarInt(length, 0, this.#at - lengthRoom);
    length.copy(this.#buffer, lengthRoom - size, 0, size);
    return this.#buffer.subarray(lengthRoom - size, this.#at);
  }
}

/** Zigzag, base 128; also beyond 32 bits, since a timestamp may lie far from the first. Answers where it ends. */
function writeVarInt(buffer: Buffer, start: number, value: number): number {
  let left = value >= 0 ? value * 2 : -value * 2 - 1;
  let at = start;
  while (left >= 0x80) {
    buffer[at++] = (left % 0x80) | 0x80;
    left = Math.floor(left / 0x80);
  }
  buffer[at++] = left;
  return at;
}
