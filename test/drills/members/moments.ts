import type {History} from './history.ts';

/** When each offset of the partition became final, ms since 1970; those that never did are not in it. */
export function finalTimes(history: History, partition: number): Map<number, number> {
  const final = new Map<number, number>();
  const note = (offset: number, at: number) => {
    final.set(offset, Math.min(at, final.get(offset) ?? Number.POSITIVE_INFINITY));
  };
  const {policy, deadLetters} = history;
  const failuresCount = policy === 'skip' || (policy === 'dead-letter' && deadLetters === null);
  for (const attempt of history.attempts) {
    if (attempt.partition !== partition) continue;
    const isFinal =
      attempt.outcome === 'processed' || (attempt.outcome === 'failed-for-good' && failuresCount);
    if (isFinal) note(attempt.offset, attempt.ended);
  }
  for (const each of [...history.skippedByHand, ...history.visited, ...(deadLetters ?? [])]) {
    if (each.partition === partition) note(each.offset, each.at);
  }
  return final;
}

/** For each offset of the partition the time of the first sample whose commit was above it. */
export function passedTimes({samples}: History, partition: number): number[] {
  const passed: number[] = [];
  for (const sample of samples) {
    if (!sample.known) continue;
    const committed = sample.committed[partition] ?? -1;
    while (passed.length < committed) passed.push(sample.at);
  }
  return passed;
}

export type Range = {readonly from: number; readonly to: number};

/** Runs of offsets below `end` that are wrong; `goesOn` may part a run further. */
export function rangesOf(
  end: number,
  isWrong: (offset: number) => boolean,
  goesOn: (before: number, offset: number) => boolean = () => true,
): Range[] {
  const found: {from: number; to: number}[] = [];
  for (let offset = 0; offset < end; offset++) {
    if (!isWrong(offset)) continue;
    const last = found.at(-1);
    if (last && last.to === offset - 1 && goesOn(last.to, offset)) last.to = offset;
    else found.push({from: offset, to: offset});
  }
  return found;
}
