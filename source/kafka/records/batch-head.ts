import {crc32c} from '../../wire/crc-32c.ts';
import {Damaged} from './unreadable-records.ts';

/** What stands before the records of a batch (message format 2, since Kafka 0.11). */
export type BatchHead = {
  readonly baseOffset: bigint;
  /** Also of offsets that compaction took. */
  readonly lastOffset: bigint;
  readonly compression: number;
  readonly isTransactional: boolean;
  /** Markers of transactions, not records. */
  readonly isControl: boolean;
  /** All records have the time at which the broker appended them, which is `maxTimestamp`. */
  readonly hasAppendTime: boolean;
  /** ms since 1970 */
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly count: number;
};

export const headSize = 61;
/** What the length of a batch does not count: its offset and the length itself. Also of the messages before format 2. */
export const beforeLength = 12;
export const magicAt = 16;
const smallestMagicEnd = 17;

/** Reads the head of one whole batch. Throws Damaged where the checksum is wrong, or the head cannot be. */
export function readHead(batch: Buffer): BatchHead {
  if (batch.length < headSize) throw new Damaged('it is shorter than the head of a batch');
  if (crc32c(batch, 21) !== batch.readUInt32BE(17)) throw new Damaged('CRC mismatch');
  const attributes = batch.readInt16BE(21);
  const lastOffsetDelta = batch.readInt32BE(23);
  const count = batch.readInt32BE(57);
  const baseOffset = batch.readBigInt64BE(0);
  if (lastOffsetDelta < 0 || count < 0 || count > lastOffsetDelta + 1)
    throw new Damaged(`it counts ${count} records for ${lastOffsetDelta + 1} offsets`);
  return {
    baseOffset,
    lastOffset: baseOffset + BigInt(lastOffsetDelta),
    compression: attributes & 0x07,
    hasAppendTime: (attributes & 0x08) !== 0,
    isTransactional: (attributes & 0x10) !== 0,
    isControl: (attributes & 0x20) !== 0,
    baseTimestamp: Number(batch.readBigInt64BE(27)),
    maxTimestamp: Number(batch.readBigInt64BE(35)),
    producerId: batch.readBigInt64BE(43),
    count,
  };
}

/** How many bytes the entry (a batch, or a message of before format 2) at `at` takes; null: not all of it is there. */
export function sizeOfEntry(bytes: Buffer, at: number): number | null {
  if (bytes.length - at < smallestMagicEnd) return null;
  const length = bytes.readInt32BE(at + 8);
  if (length < smallestMagicEnd - beforeLength) throw new Damaged(`it says that it has ${length} bytes`);
  const size = beforeLength + length;
  return at + size > bytes.length ? null : size;
}
