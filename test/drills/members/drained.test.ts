import {expect, it} from 'vitest';
import {isDrainedOrStuck} from './drained.ts';
import type {Sample} from './history.ts';
import type {Violation} from './violation.ts';

const sample = (committed: number[], ends: number[]): Sample => ({
  at: 0,
  known: true,
  canWork: true,
  committed,
  ends,
});
const place = {kind: 'stuck', at: 0, since: 0, end: 9} as const;
const now = {fresh: 2, partitions: 2};
const before = sample([0, 0], [0, 0]);

function isOver(samples: readonly Sample[], found: readonly Violation[] = [], which = now): boolean {
  return isDrainedOrStuck(samples, which, () => found);
}

it('is over when everything is committed, where nothing ever came too', () => {
  expect(isOver([before, sample([9, -1], [9, 0])])).toBe(true);
});

it('goes on while something is behind that is not stuck there', () => {
  const last = sample([9, 4], [9, 9]);
  const stuck: Violation = {...place, partition: 1, committed: 4};
  expect(isOver([before, last])).toBe(false);
  expect(isOver([before, last], [{...stuck, partition: 0}])).toBe(false);
  expect(isOver([before, last], [{...stuck, committed: 3}])).toBe(false);
  expect(isOver([before, last], [stuck])).toBe(true);
});

it('is not over by a sample that is too old, is none, or lacks a partition', () => {
  const drained = sample([9, 9], [9, 9]);
  expect(isOver([drained])).toBe(false);
  expect(isOver([before, drained], [], {...now, fresh: 3})).toBe(false);
  expect(isOver([before, {at: 0, known: false}])).toBe(false);
  expect(isOver([before, drained], [], {...now, partitions: 3})).toBe(false);
});
