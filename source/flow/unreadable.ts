import type {UnreadableBatch} from './fetched-queue.ts';

/** Which batch is meant: read again, it may turn out to end elsewhere. */
export type BatchBounds = Pick<UnreadableBatch, 'from' | 'next'>;

/** What came of asking to skip a batch that cannot be read. `end-unknown`: nobody can say what would be passed. */
export type SkippedBatch = 'skipped' | 'not-there' | 'end-unknown';

/**
 * A batch that cannot be read, as a lane that stands at `position` keeps it: with bytes of its own, since what a fetch
 * brought is a slice of a buffer of megabytes, and beginning no earlier than there. Its end is taken for unknown where it
 * cannot be right (the damage may be in it), so that no commit ever lands beyond `highWatermark`, the partition's end.
 */
export function keptBatch(
  batch: UnreadableBatch,
  {position, highWatermark}: {readonly position: bigint; readonly highWatermark: bigint | undefined},
): UnreadableBatch {
  const from = batch.from > position ? batch.from : position;
  const {next} = batch;
  const isPossible = next !== null && next > from && (highWatermark === undefined || next <= highWatermark);
  return {from, next: isPossible ? next : null, reason: batch.reason, bytes: Buffer.from(batch.bytes)};
}
