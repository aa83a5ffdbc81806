import type {Processing} from '../flow/processing.ts';
import {whyNotSkipped} from '../session/unreadable.ts';

/** Passes over a batch that cannot be read: offsets `offset` to `next` − 1, as its line named them. */
export type SkipUnreadable = {
  readonly act: 'skip-unreadable';
  readonly partition: number;
  readonly offset: bigint;
  readonly next: bigint;
  readonly reason: string;
};

/** Asks for what cannot be read from `offset` on once more. */
export type ReadAgain = {
  readonly act: 'read-again';
  readonly partition: number;
  readonly offset: bigint;
};

/** Does it, and answers what its line says. */
export function answerUnreadable(
  processing: Pick<Processing, 'skipUnreadable' | 'readAgain'>,
  told: SkipUnreadable | ReadAgain,
  line: number,
): object {
  const {act, partition, offset: from} = told;
  const problem =
    told.act === 'read-again'
      ? whyNotSkipped(processing.readAgain(partition, from) ? 'skipped' : 'not-there', {partition, from})
      : whyNotSkipped(processing.skipUnreadable(partition, {from, next: told.next}, told.reason), {
          partition,
          from,
        });
  const answer = {status: 'act', line, act, partition, offset: from};
  return problem === null ? {...answer, done: true} : {...answer, done: false, because: problem};
}
