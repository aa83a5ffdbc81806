import type {Batch} from 'kafkajs';
import type {Fetched} from '../flow/fetched-queue.ts';
import {receivedMessages} from './received-message.ts';

/** What KafkaJS's `Batch` also has, and its types do not say. */
type BatchInternals = {
  readonly fetchedOffset: string;
  readonly rawMessages: readonly {
    offset: string;
    batchContext?: {firstOffset: string; lastOffsetDelta: number};
  }[];
};

/** A batch with all the offsets that it covers: those of markers, and those that compaction took. */
export function fetchedOf(batch: Batch): Fetched {
  const {fetchedOffset, rawMessages} = batch as unknown as BatchInternals;
  const {messages, bytes} = receivedMessages(batch.topic, batch.partition, batch.messages);
  const context = rawMessages.at(-1)?.batchContext;
  const covered = context ? BigInt(context.firstOffset) + BigInt(context.lastOffsetDelta) : -1n;
  const last = BigInt(batch.lastOffset());
  const next = (covered > last ? covered : last) + 1n;
  const highWatermark = BigInt(batch.highWatermark);
  return {messages, bytes, from: BigInt(fetchedOffset), next, highWatermark};
}
