import type {UnreadableBatch} from '../flow/fetched-queue.ts';
import {positionOf} from '../flow/message.ts';
import type {SkippedBatch} from '../flow/unreadable.ts';

/** A batch that cannot be read, and of which partition it is. */
export type PlacedBatch = UnreadableBatch & {readonly partition: number};

/** The same without its bytes: enough to name it. */
export type NamedBatch = Omit<PlacedBatch, 'bytes'>;

/** `2 to 4`, both included; `only 2`; or that nobody can say where it ends. */
export function offsetsOf({from, next}: Pick<NamedBatch, 'from' | 'next'>): string {
  if (next === null) return `from ${from} on, its end is unknown`;
  return next === from + 1n ? `only ${from}` : `${from} to ${next - 1n}`;
}

/** `0@2 can't be read: CRC mismatch (2 to 4)`. */
export function sayUnreadable(batch: NamedBatch): string {
  return `${placeOf(batch)} can't be read: ${batch.reason} (${offsetsOf(batch)})`;
}

/** `0@2 (2 to 4)`. */
export function nameOf(batch: Omit<NamedBatch, 'reason'>): string {
  return `${placeOf(batch)} (${offsetsOf(batch)})`;
}

/** Why the failure policy did not end it by itself, as a sentence; empty: it is not asked to. */
export function whyPolicyHolds(
  onFailure: 'hold' | 'dead-letter' | 'skip',
  {next}: Pick<NamedBatch, 'next'>,
): string {
  if (onFailure === 'dead-letter')
    return 'Its messages are unknown, so that none can be dead-lettered: it is held.';
  return onFailure === 'skip' && next === null
    ? 'Its end is unknown, so that it is not skipped: it is held.'
    : '';
}

/** Why it was not skipped, as a sentence; null: it was. */
export function whyNotSkipped(
  result: SkippedBatch,
  {partition, from}: Pick<NamedBatch, 'partition' | 'from'>,
): string | null {
  const place = placeOf({partition, from});
  switch (result) {
    case 'skipped':
      return null;
    case 'not-there':
      return `${place} is not held as unreadable any more.`;
    case 'end-unknown':
      return `The end of the batch at ${place} is unknown, so that nobody can say what a skip would pass. Read it again; or leave the group, and pass it with kafka-notify rewind --partition ${partition} --to OFFSET --skip-unprocessed.`;
  }
}

function placeOf({partition, from}: Pick<NamedBatch, 'partition' | 'from'>): string {
  return positionOf({partition, offset: from});
}
