import {Reader} from '../codec/reader.ts';
import {Refusal} from '../errors.ts';
import {crc32c} from './crc32c.ts';

/** A record batch (format v2): its head, then the records, compressed together or one after the other. */
export const headSize = 61;
/** What the length field does not count: base offset and the length itself. */
const beforeLength = 12;

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

/** Checks what a producer sent for one partition: exactly one whole batch with records that are what they claim. */
export function checkBatch(bytes: Buffer, limits: {maxSize: number; keysNeeded: boolean}): BatchHead {
  if (bytes.length < position.crc) throw new Refusal('INVALID_RECORD', 'There is no record batch.');
  const magic = bytes.readInt8(position.magic);
  if (magic === 0 || magic === 1) {
    throw new Refusal('UNSUPPORTED_FOR_MESSAGE_FORMAT', 'Message sets of before Kafka 0.11 are not taken.');
  }
  if (magic !== 2) throw new Refusal('CORRUPT_MESSAGE', `There is no record batch of format ${magic}.`);
  if (bytes.length < headSize) throw new Refusal('CORRUPT_MESSAGE', 'The record batch is cut off.');
  const size = sizeOfBatch(bytes, 0);
  if (size < headSize || size > bytes.length) {
    throw new Refusal('CORRUPT_MESSAGE', `A record batch of ${size} bytes in ${bytes.length}.`);
  }
  if (size < bytes.length) throw new Refusal('INVALID_RECORD', 'More than one record batch for a partition.');
  if (size > limits.maxSize) {
    throw new Refusal('MESSAGE_TOO_LARGE', `The batch has ${size} bytes; the topic takes ${limits.maxSize}.`);
  }
  if (crc32c(bytes, position.attributes) !== bytes.readUInt32BE(position.crc)) {
    throw new Refusal('CORRUPT_MESSAGE', 'The checksum of the record batch is wrong.');
  }
  checkHead(bytes);
  const head = readHead(bytes, 0);
  if (!head.compressed) checkRecords(bytes, head.count, limits.keysNeeded);
  return head;
}

function checkHead(bytes: Buffer): void {
  const attributes = bytes.readInt16BE(position.attributes);
  if (attributes & controlBit)
    throw new Refusal('INVALID_RECORD', 'A producer may not write control records.');
  if (attributes & transactionalBit && bytes.readBigInt64BE(producer.id) < 0n) {
    throw new Refusal('INVALID_RECORD', 'A transaction without a producer id.');
  }
  if ((attributes & compressionBits) > 4) throw new Refusal('INVALID_RECORD', 'No such compression.');
  const count = bytes.readInt32BE(countAt);
  if (count < 1 || count !== bytes.readInt32BE(position.lastOffsetDelta) + 1) {
    throw new Refusal('INVALID_RECORD', `${count} records do not fit the batch's offsets.`);
  }
  const sequence = bytes.readInt32BE(producer.sequence);
  const epoch = bytes.readInt16BE(producer.epoch);
  if (bytes.readBigInt64BE(producer.id) >= 0n && (sequence < 0 || epoch < 0)) {
    throw new Refusal('INVALID_RECORD', 'A producer id without a sequence.');
  }
}

/** A reader that trusts the counts would fail at the first wrong one, for ever: so none is let in. */
function checkRecords(bytes: Buffer, count: number, keysNeeded: boolean): void {
  const reader = new Reader(bytes, headSize);
  try {
    for (let index = 0; index < count; index++) {
      const size = reader.varInt();
      const end = reader.at + size;
      reader.pass(1); // attributes
      reader.varLong(); // timestamp delta
      if (reader.varInt() !== index)
        throw new Refusal('INVALID_RECORD', 'Offsets of the batch are not in order.');
      const key = reader.varInt();
      if (key < 0 && keysNeeded) {
        throw new Refusal('INVALID_RECORD', 'A compacted topic takes no record without a key.');
      }
      reader.pass(Math.max(0, key));
      reader.pass(Math.max(0, reader.varInt()));
      for (let headers = reader.varInt(); headers > 0; headers--) {
        reader.pass(reader.varInt());
        reader.pass(Math.max(0, reader.varInt()));
      }
      if (reader.at !== end)
        throw new Refusal('INVALID_RECORD', 'A record does not have the length it claims.');
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('INVALID_RECORD', 'A record does not fit into its batch.');
  }
  if (reader.left > 0) throw new Refusal('INVALID_RECORD', 'There is something behind the last record.');
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

/**
 * The first record of the batch that is not older than `timestamp`. Of a compressed batch the records are not looked at:
 * its first record stands for it, which is never too late.
 */
export function findTimestamp(
  bytes: Buffer,
  at: number,
  fits: (timestamp: number) => boolean,
): {offset: number; timestamp: number} | null {
  const head = readHead(bytes, at);
  const appendTime = (bytes.readInt16BE(at + position.attributes) & logAppendTimeBit) !== 0;
  if (appendTime || head.compressed) {
    return {offset: head.baseOffset, timestamp: appendTime ? head.maxTimestamp : head.baseTimestamp};
  }
  const reader = new Reader(bytes, at + headSize);
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
