import {headSize, sealBatch} from './batch.ts';

/** What a marker takes in the log. */
export const markerSize = 78;

const version = {bytes: 2};
const abort = 0;
const commit = 1;

export type Marker = {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly isCommitted: boolean;
  /** ms since 1970. */
  readonly now: number;
};

/**
 * The record that ends a transaction in a partition, in a batch of its own: its key says how it ended, its value which
 * coordinator said so (there is one, of epoch 0). Consumers never see it; it takes an offset all the same.
 */
export function markerBatch({producerId, producerEpoch, isCommitted, now}: Marker): Buffer {
  const key = Buffer.alloc(version.bytes + 2);
  key.writeInt16BE(isCommitted ? commit : abort, version.bytes);
  const value = Buffer.alloc(version.bytes + 4);
  // One byte each, as zigzag writes small numbers: attributes, timestamp delta, offset delta, lengths, headers.
  const content = Buffer.concat([
    Buffer.from([0, 0, 0, key.length * 2]),
    key,
    Buffer.from([value.length * 2]),
    value,
    Buffer.from([0]),
  ]);
  const batch = Buffer.concat([Buffer.alloc(headSize), Buffer.from([content.length * 2]), content]);
  sealBatch(batch, {producerId, producerEpoch, timestamp: now});
  return batch;
}
