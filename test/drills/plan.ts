import type {OnFailure} from '../../source/flow/failure-policy.ts';

/** What is to become of one message, decided by the seed alone, so that handler and judge agree without talking. */
export type Fate = 'passes' | 'passes-later' | 'never';

/** A number from 0 to 1 for each message, the same in every process (mulberry32 over a mixed seed). */
export function chance(seed: number, partition: number, offset: number): number {
  let state = (seed ^ Math.imul(partition + 1, 0x9e37_79b1) ^ Math.imul(offset + 1, 0x85eb_ca6b)) >>> 0;
  state = (state + 0x6d2b_79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** 1 in 100 never passes, 1 in 50 passes on its second attempt. */
export function fateOf(seed: number, partition: number, offset: number): Fate {
  const drawn = chance(seed, partition, offset);
  if (drawn < 0.01) return 'never';
  return drawn < 0.03 ? 'passes-later' : 'passes';
}

export type DrillPlan = {
  readonly seed: number;
  readonly partitions: number;
  /** Messages in each half; a half has a topic, a group and a policy of its own. */
  readonly messages: number;
  readonly policies: readonly OnFailure[];
  readonly kills: number;
  readonly stops: number;
  readonly brokerKills: number;
  /** A consumer of another kind joins the group and leaves. */
  readonly visitors: number;
};

export function fullPlan(seed: number): DrillPlan {
  return {
    seed,
    partitions: 6,
    messages: 10_000,
    policies: ['dead-letter', 'skip'],
    kills: 10,
    stops: 5,
    brokerKills: 3,
    visitors: 2,
  };
}

export function shortPlan(seed: number): DrillPlan {
  return {...fullPlan(seed), messages: 1500, kills: 3, stops: 1, brokerKills: 1, visitors: 1};
}
