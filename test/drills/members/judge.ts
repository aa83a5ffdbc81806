import type {History} from './history.ts';
import {findAgain} from './judge-again.ts';
import {findStuck} from './judge-stuck.ts';
import {finalTimes, passedTimes, rangesOf} from './moments.ts';
import type {Violation} from './violation.ts';

export type Patience = {
  /** ms that a commit may stand still although there is more. */
  readonly stuckAfter: number;
  /** ms by which a sampled commit must be older than a member's meeting, so that the member must have known it. */
  readonly known: number;
};

export const patience: Patience = {stuckAfter: 60_000, known: 5000};

/** Clocks of processes on one machine are one clock; what remains is a step of it. In ms. */
const clockStep = 250;

/** Holds a history against the rules. Pure; the same violation is found again while the history grows. */
export function judge(history: History, given: Patience = patience): Violation[] {
  const count = Math.max(
    0,
    ...history.samples.map(sample => (sample.known ? sample.ends.length : 0)),
    history.end?.ends.length ?? 0,
  );
  const found: Violation[] = [];
  for (let partition = 0; partition < count; partition++) {
    const final = finalTimes(history, partition);
    const passed = passedTimes(history, partition);
    found.push(
      ...findPassed(history, partition, final, passed),
      ...findLowered(history, partition),
      ...findStuck(history, partition, given.stuckAfter),
      ...findAgain(history, partition, passed, given.known),
      ...findLost(history, partition, final),
    );
  }
  return found.sort((left, right) => left.at - right.at);
}

/** The file is written before the commit is sent, so no sampled commit can be above what is not final by then. */
function findPassed(
  history: History,
  partition: number,
  final: ReadonlyMap<number, number>,
  passed: readonly (number | undefined)[],
): Violation[] {
  const start = history.starts[partition] ?? 0;
  const isWrong = (offset: number) => {
    const at = passed[offset];
    return (
      at !== undefined && offset >= start && (final.get(offset) ?? Number.POSITIVE_INFINITY) > at + clockStep
    );
  };
  return rangesOf(passed.length, isWrong, (before, offset) => passed[before] === passed[offset]).map(
    ({from, to}) => {
      const at = passed[from]!;
      const committed = passed.lastIndexOf(at) + 1;
      const lastOfAll = Math.max(
        ...Array.from(
          {length: to - from + 1},
          (_, index) => final.get(from + index) ?? Number.POSITIVE_INFINITY,
        ),
      );
      return {
        kind: 'passed',
        partition,
        from,
        to,
        at,
        committed,
        finally: Number.isFinite(lastOfAll) ? lastOfAll : null,
      };
    },
  );
}

function findLowered({samples}: History, partition: number): Violation[] {
  const found: Violation[] = [];
  let before = -1;
  for (const sample of samples) {
    if (!sample.known) continue;
    const committed = sample.committed[partition] ?? -1;
    if (committed < before)
      found.push({kind: 'lowered', partition, from: before, to: committed, at: sample.at});
    before = committed;
  }
  return found;
}

function findLost(
  {starts, end, samples}: History,
  partition: number,
  final: ReadonlyMap<number, number>,
): Violation[] {
  if (!end) return [];
  const start = starts[partition] ?? 0;
  const committed = end.committed[partition] ?? -1;
  const at = samples.at(-1)?.at ?? 0;
  const isLost = (offset: number) => offset >= start && !final.has(offset);
  return rangesOf(end.ends[partition] ?? 0, isLost).map(range => ({
    kind: 'lost',
    partition,
    ...range,
    at,
    committed,
  }));
}
