import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import {fetchRecords} from './fetch-records.ts';

/**
 * How far the partition holds no record from `offset` on, as the next offset to read; `offset` itself where a record is
 * there, or where nothing can be said.
 *
 * The log cleaner keeps a batch whose records are all gone, to remember its producer. KafkaJS decodes it to nothing,
 * does not advance, and fetches the same offset for ever. So the batch headers are read here, without the records.
 */
export async function nextAfterEmptyBatches(
  broker: Broker,
  at: {topic: string; partition: number},
  offset: bigint,
): Promise<bigint> {
  const {records} = await fetchRecords(broker, at, offset, {maxWait: 0});
  return skipEmptyBatches(records, offset);
}

/** Passes leading batches (format v2) that hold no record at or after `offset`. */
export function skipEmptyBatches(records: Buffer, offset: bigint): bigint {
  let next = offset;
  let at = 0;
  while (at + 61 <= records.length) {
    const baseOffset = records.readBigInt64BE(at);
    const length = records.readInt32BE(at + 8);
    const lastOffset = baseOffset + BigInt(records.readInt32BE(at + 23));
    const count = records.readInt32BE(at + 57);
    if (count > 0 && lastOffset >= offset) break;
    if (lastOffset >= next) next = lastOffset + 1n;
    at += 12 + length;
  }
  return next;
}
