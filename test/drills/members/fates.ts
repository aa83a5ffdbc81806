import {chance} from '../plan.ts';

/** What is to become of one message, decided by the seed alone, so that the handler and the operator need not talk. */
export type Fate =
  | 'passes'
  /** Passes, after a while: what is in hand when members die. */
  | 'slow'
  /** Fails once, and passes when it is tried again. */
  | 'passes-later'
  /** Fails for good, however often it is tried. */
  | 'never'
  /** Fails for good, until somebody has it tried again by hand. */
  | 'passes-by-hand';

/** 1 message in 200 fails for good, 1 in 100 passes later, 1 in 100 is slow. */
export function fateOf(seed: number, partition: number, offset: number): Fate {
  const drawn = chance(seed, partition, offset);
  if (drawn < 0.0025) return 'never';
  if (drawn < 0.005) return 'passes-by-hand';
  if (drawn < 0.015) return 'passes-later';
  return drawn < 0.025 ? 'slow' : 'passes';
}
