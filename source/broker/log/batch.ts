import {crc32c} from '../../wire/crc-32c.ts';
import {compressions, decompress} from '../../wire/decompress.ts';
import {TooLargeError} from '../../wire/too-large.ts';
import {Reader} from '../codec/reader.ts';
import {Refusal} from '../errors.ts';

/** A record batch (format v2): its head, then the records, compressed together or one after the other. */
export const headSize = 61;
/** What the length field does not count: base offset and the length itself. */
const beforeLength = 12;
/** Decompressed records of one batch; a batch with more is refused with MESSAGE_TOO_LARGE. */
const mostDecompressed = 100 * 1024 * 1024;

const position = {length: 8, leaderEpoch: 12, magic: 16, crc: 17, attributes: 21, lastOffsetDelta: 23};
const times = {base: 27, max: 35};
const producer = {id: 43, epoch: 51, sequence: 53};
const countAt = 57;

const compressionBits = 0x07;
const logAppendTimeBit = 0x08;
const transactionalBit = 0x10;
const controlBit = 0x20;

export type BatchHead = {
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** In bytes, with everything. */
  readonly size: number;
  readonly compressed: boolean;
  readonly transactional: boolean;
  /** ms since 1970. */
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly count: number;
  /** −1 is a producer without idempotence. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
};

export function sizeOfBatch(bytes: Buffer, at: number): number {
  return beforeLength + bytes.readInt32BE(at + position.length);
}

export function lastOffsetOf(bytes: Buffer, at: number): number {
  return int64(bytes, at) + bytes.readInt32BE(at + position.lastOffsetDelta);
}

/** The offset behind the last of these batches, which are whole; `otherwise` where there is none. */
export function offsetBehind(bytes: Buffer, otherwise: number): number {
  let behind = otherwise;
  for (let at = 0; at < bytes.length; at += sizeOfBatch(bytes, at)) behind = lastOffsetOf(bytes, at) + 1;
  return behind;
}

export function maxTimestampOf(bytes: Buffer, at: number): number {
  return int64(bytes, at + times.max);
}

export function readHead(bytes: Buffer, at: number): BatchHead {
  const baseOffset = int64(bytes, at);
  return {
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(at + position.lastOffsetDelta),
    size: sizeOfBatch(bytes, at),
    compressed: (bytes.readInt16BE(at + position.attributes) & compressionBits) !== 0,
    transactional: (bytes.readInt16BE(at + position.attributes) & transactionalBit) !== 0,
    baseTimestamp: int64(bytes, at + times.base),
    maxTimestamp: int64(bytes, at + times.max),
    count: bytes.readInt32BE(at + countAt),
    producerId: bytes.readBigInt64BE(at + producer.id),
    producerEpoch: bytes.readInt16BE(at + producer.epoch),
    firstSequence: bytes.readInt32BE(at + producer.sequence),
  };
}

/** Of a batch that nobody has checked yet. */
export function claimsTransaction(bytes: Buffer): boolean {
  if (bytes.length < headSize || bytes.readInt8(position.magic) !== 2) return false;
  return (bytes.readInt16BE(position.attributes) & transactionalBit) !== 0;
}

export type BatchLimits = {
  /** In bytes, as it was sent. */
  readonly maxSize: number;
  readonly keysNeeded: boolean;
  /** ms since 1970 between which the records' own times have to lie; left out where the broker gives them its own. */
  readonly times?: {readonly earliest: number; readonly latest: number};
};

/** Checks what a producer sent for one partition: exactly one whole batch with records that are what they claim. */
export function checkBatch(bytes: Buffer, limits: BatchLimits): BatchHead {
  if (bytes.length < position.crc) throw new Refusal('INVALID_RECORD', 'There is no record batch.');
  const magic = bytes.readInt8(position.magic);
  if (magic === 0 || magic === 1) {
    throw new Refusal('UNSUPPORTED_FOR_MESSAGE_FORMAT', 'Message sets of before Kafka 0.11 are not taken.');
  }
  if (magic !== 2) throw new Refusal('CORRUPT_MESSAGE', `There is no record batch of format ${magic}.`);
  if (bytes.length < headSize) throw new Refusal('CORRUPT_MESSAGE', 'The record batch is cut off.');
  const size = sizeOfBatch(bytes, 0);
  if (size < headSize) throw new Refusal('CORRUPT_MESSAGE', `A record batch of ${size} bytes.`);
  if (size > bytes.length) {
    throw new Refusal('INVALID_RECORD', `A record batch of ${size} bytes in ${bytes.length}.`);
  }
  if (size > limits.maxSize) {
    throw new Refusal('MESSAGE_TOO_LARGE', `The batch has ${size} bytes; the topic takes ${limits.maxSize}.`);
  }
  if (crc32c(bytes, position.attributes, size) !== bytes.readUInt32BE(position.crc)) {
    throw new Refusal('CORRUPT_MESSAGE', 'The checksum of the record batch is wrong.');
  }
  if (size < bytes.length) throw new Refusal('INVALID_RECORD', 'More than one record batch for a partition.');
  checkHead(bytes);
  const head = readHead(bytes, 0);
  checkRecords(readerOfRecords(bytes, 0), head, limits);
  return head;
}

/** A reader at the first record of the batch. Refuses what cannot be decompressed. */
function readerOfRecords(bytes: Buffer, at: number): Reader {
  const compression = bytes.readInt16BE(at + position.attributes) & compressionBits;
  if (compression === 0) return new Reader(bytes, at + headSize);
  try {
    const compressed = bytes.subarray(at + headSize, at + sizeOfBatch(bytes, at));
    return new Reader(decompress(compression, compressed, mostDecompressed));
  } catch (error) {
    if (error instanceof TooLargeError) {
      throw new Refusal('MESSAGE_TOO_LARGE', `The records have more than ${mostDecompressed} bytes.`);
    }
    // Kafka knows no better number for it.
    throw new Refusal('UNKNOWN_SERVER_ERROR', 'The records cannot be decompressed.');
  }
}

function checkHead(bytes: Buffer): void {
  const attributes = bytes.readInt16BE(position.attributes);
  if ((attributes & compressionBits) > compressions.zstd)
    throw new Refusal('UNKNOWN_SERVER_ERROR', 'A compression that nobody knows.');
  if (attributes & controlBit)
    throw new Refusal('INVALID_RECORD', 'A producer may not write control records.');
  if (attributes & transactionalBit && bytes.readBigInt64BE(producer.id) < 0n) {
    throw new Refusal('INVALID_RECORD', 'A transaction without a producer id.');
  }
  const count = bytes.readInt32BE(countAt);
  if (count < 1 || count !== bytes.readInt32BE(position.lastOffsetDelta) + 1) {
    throw new Refusal('INVALID_RECORD', `${count} records do not fit the batch's offsets.`);
  }
  const sequence = bytes.readInt32BE(producer.sequence);
  if (bytes.readBigInt64BE(producer.id) >= 0n && sequence < 0) {
    throw new Refusal('INVALID_RECORD', 'A producer id without a sequence.');
  }
}

/** A reader that trusts the counts would fail at the first wrong one, for ever: so none is let in. */
function checkRecords(reader: Reader, head: BatchHead, {keysNeeded, times: allowed}: BatchLimits): void {
  const {count, compressed, baseTimestamp} = head;
  for (let index = 0; index < count; index++) {
    const record = readRecord(reader);
    const timestamp = baseTimestamp + record.timestampDelta;
    if (allowed && (timestamp < allowed.earliest || timestamp > allowed.latest)) {
      throw new Refusal('INVALID_TIMESTAMP', `A record of ${timestamp} is too far from the broker's time.`);
    }
    if (record.offsetDelta !== index) {
      throw new Refusal(
        compressed ? 'UNKNOWN_SERVER_ERROR' : 'INVALID_RECORD',
        'Offsets of the batch are not in order.',
      );
    }
    if (!record.hasKey && keysNeeded) {
      throw new Refusal('INVALID_RECORD', 'Compacted topic cannot accept message without key.');
    }
  }
  if (reader.left > 0) throw new Refusal('INVALID_RECORD', 'There is something behind the last record.');
}

/** Passes one record, which is whole and as long as it claims, or refuses the batch. */
function readRecord(reader: Reader): {timestampDelta: number; offsetDelta: number; hasKey: boolean} {
  try {
    const size = reader.varInt();
    const end = reader.at + size;
    reader.pass(1); // attributes
    const timestampDelta = Number(reader.varLong());
    const offsetDelta = reader.varInt();
    const key = reader.varInt();
    reader.pass(Math.max(0, key));
    reader.pass(Math.max(0, reader.varInt()));
    const headers = reader.varInt();
    if (headers < 0) throw new Refusal('INVALID_RECORD', `A record of ${headers} headers.`);
    for (let left = headers; left > 0; left--) {
      reader.pass(reader.varInt());
      reader.pass(Math.max(0, reader.varInt()));
    }
    if (reader.at !== end)
      throw new Refusal('INVALID_RECORD', 'A record does not have the length it claims.');
    return {timestampDelta, offsetDelta, hasKey: key >= 0};
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('INVALID_RECORD', 'A record does not fit into its batch.');
  }
}

/** Puts the batch at its place in the log. Neither field is covered by the checksum. */
export function place(bytes: Buffer, at: number, baseOffset: number): void {
  bytes.writeBigInt64BE(BigInt(baseOffset), at);
  bytes.writeInt32BE(0, at + position.leaderEpoch);
}

/** Fills in the head of a batch with one control record; what follows the head is there already. */
export function sealBatch(
  bytes: Buffer,
  head: {readonly producerId: bigint; readonly producerEpoch: number; readonly timestamp: number},
): void {
  bytes.writeInt32BE(bytes.length - beforeLength, position.length);
  bytes.writeInt8(2, position.magic);
  bytes.writeInt16BE(transactionalBit | controlBit, position.attributes);
  bytes.writeBigInt64BE(BigInt(head.timestamp), times.base);
  bytes.writeBigInt64BE(BigInt(head.timestamp), times.max);
  bytes.writeBigInt64BE(head.producerId, producer.id);
  bytes.writeInt16BE(head.producerEpoch, producer.epoch);
  bytes.writeInt32BE(-1, producer.sequence);
  bytes.writeInt32BE(1, countAt);
  bytes.writeUInt32BE(crc32c(bytes, position.attributes), position.crc);
}

/** Gives all records the broker's time (message.timestamp.type=LogAppendTime), and the batch its new checksum. */
export function stampAppendTime(bytes: Buffer, at: number, now: number): void {
  const attributes = bytes.readInt16BE(at + position.attributes) | logAppendTimeBit;
  bytes.writeInt16BE(attributes, at + position.attributes);
  bytes.writeBigInt64BE(BigInt(now), at + times.max);
  const crc = crc32c(bytes, at + position.attributes, at + sizeOfBatch(bytes, at));
  bytes.writeUInt32BE(crc, at + position.crc);
}

/** The first record of the batch that is not older than `timestamp`. */
export function findTimestamp(
  bytes: Buffer,
  at: number,
  fits: (timestamp: number) => boolean,
): {offset: number; timestamp: number} | null {
  const head = readHead(bytes, at);
  const appendTime = (bytes.readInt16BE(at + position.attributes) & logAppendTimeBit) !== 0;
  if (appendTime) return {offset: head.baseOffset, timestamp: head.maxTimestamp};
  const reader = readerOfRecords(bytes, at);
  for (let index = 0; index < head.count; index++) {
    const size = reader.varInt();
    const end = reader.at + size;
    reader.pass(1);
    const timestamp = head.baseTimestamp + Number(reader.varLong());
    if (fits(timestamp)) return {offset: head.baseOffset + reader.varInt(), timestamp};
    reader.at = end;
  }
  return null;
}

/** Offsets and times are far below 2^53. */
function int64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}
