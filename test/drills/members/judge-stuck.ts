import type {History} from './history.ts';
import type {Violation} from './violation.ts';

/** A longer time between two samples says more of the machine than of the group, and counts as this much, in ms. */
const longestStep = 2000;

type Still = {committed: number; since: number; last: number; counted: number; told: boolean};

/**
 * Spells in which the commit stood still for `stuckAfter` ms although there was more, the broker was there and a member
 * in the group. An outage, or a moment with nobody in the group, begins the count anew.
 */
export function findStuck({samples}: History, partition: number, stuckAfter: number): Violation[] {
  const found: Violation[] = [];
  let still = null as Still | null;
  for (const sample of samples) {
    if (!sample.known || !sample.canWork) {
      still = null;
      continue;
    }
    const {at} = sample;
    const committed = sample.committed[partition] ?? -1;
    const end = sample.ends[partition] ?? 0;
    if (Math.max(0, committed) >= end) {
      still = null;
      continue;
    }
    if (still?.committed !== committed) {
      still = {committed, since: at, last: at, counted: 0, told: false};
      continue;
    }
    still.counted += Math.min(at - still.last, longestStep);
    still.last = at;
    if (still.counted < stuckAfter || still.told) continue;
    still.told = true;
    found.push({kind: 'stuck', partition, committed, end, since: still.since, at});
  }
  return found;
}
