import type {KafkaMessage} from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeMessageSet from 'kafkajs/src/protocol/messageSet/decoder.js';
import decodeRecordBatch from 'kafkajs/src/protocol/recordBatch/v0/decoder.js';
import type {AbortedTransaction, FetchedRecords} from './fetch-records.ts';

/** One batch's committed records, and how far the batch reaches: over markers and what compaction took too. */
export type DecodedBatch = {
  readonly messages: readonly KafkaMessage[];
  /** The offset to read next. */
  readonly next: bigint;
};

const headerSize = 61;
const magicAt = 16;
const transactional = 0x10;
const control = 0x20;
/** A marker's key: version 0, type 0. */
const abortMarker = Buffer.from([0, 0, 0, 0]);

/**
 * The batches of one fetch, one after the other, so that no more than one is unpacked at a time. Aborted records,
 * markers, and what lies before `from` are left out, but counted in `next`. A batch that was cut off at the end is not
 * given: it comes whole with the next fetch.
 */
export async function* decodeBatches(
  {records, aborted}: Pick<FetchedRecords, 'records' | 'aborted'>,
  from: bigint,
): AsyncGenerator<DecodedBatch> {
  if (records.length > magicAt && records.readInt8(magicAt) < 2) {
    yield* decodeOldMessages(records, from);
    return;
  }
  const open = new AbortedProducers(aborted);
  for (let at = 0; at + headerSize <= records.length; ) {
    const size = 12 + records.readInt32BE(at + 8);
    if (at + size > records.length) return;
    const batch = records.subarray(at, at + size);
    at += size;
    const last = batch.readBigInt64BE(0) + BigInt(batch.readInt32BE(23));
    const attributes = batch.readInt16BE(21);
    const producer = batch.readBigInt64BE(43);
    const isControl = (attributes & control) !== 0;
    open.reach(last);
    const isDropped = isControl || ((attributes & transactional) !== 0 && open.has(producer));
    if (isControl && (await isAbort(batch))) open.close(producer);
    const messages = isDropped ? [] : (await decodeRecordBatch(new Decoder(batch))).records;
    yield {messages: messages.filter(({offset}) => BigInt(offset) >= from), next: last + 1n};
  }
}

/** Written before Kafka 0.11, and kept as they were. */
async function* decodeOldMessages(records: Buffer, from: bigint): AsyncGenerator<DecodedBatch> {
  const messages = await decodeMessageSet(new Decoder(records), records.length);
  const last = messages.at(-1);
  if (!last || BigInt(last.offset) < from) return;
  yield {
    messages: messages
      .filter(({offset}) => BigInt(offset) >= from)
      .map(each => ({...each, headers: {}}) as unknown as KafkaMessage),
    next: BigInt(last.offset) + 1n,
  };
}

async function isAbort(batch: Buffer): Promise<boolean> {
  const {records} = await decodeRecordBatch(new Decoder(batch));
  return records[0]?.key?.equals(abortMarker) ?? false;
}

/** Which producers are in an aborted transaction, while batches pass in order. */
class AbortedProducers {
  readonly #coming: AbortedTransaction[];
  readonly #open = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#coming = [...aborted].sort((left, right) => (left.firstOffset < right.firstOffset ? -1 : 1));
  }

  reach(offset: bigint): void {
    while (this.#coming[0] && this.#coming[0].firstOffset <= offset)
      this.#open.add(this.#coming.shift()!.producerId);
  }

  has(producer: bigint): boolean {
    return this.#open.has(producer);
  }

  close(producer: bigint): void {
    this.#open.delete(producer);
  }
}
