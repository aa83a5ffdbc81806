import type {Processing} from '../flow/processing.ts';

/** Lets the next message begin, while stepping: of one partition, or (null) one of every partition. */
export type Release = {readonly act: 'release'; readonly partition: number | null};

/** Does it, and answers what its line says. */
export function answerRelease(
  processing: Pick<Processing, 'release' | 'isStepping'>,
  {act, partition}: Release,
  line: number,
): object {
  const answer = {status: 'act', line, act, ...(partition !== null && {partition})};
  if (!processing.isStepping) return {...answer, done: false, because: 'without --step all flow'};
  const released = processing.release(partition ?? undefined);
  if (released.length > 0) return {...answer, done: true, partitions: released};
  const because = partition === null ? 'no partition is ours now' : `partition ${partition} is not ours now`;
  return {...answer, done: false, because};
}
