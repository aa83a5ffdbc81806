/** Steps kept of a partition. */
const kept = 1000;

type Steps = {offsets: bigint[]; times: number[]; dropped: boolean};

/** A step that went past an offset: the partition stood at `next` from `at` (ms since 1970) on. */
export type Step = {readonly next: bigint; readonly at: number};

/**
 * When each partition came past an offset: one entry a fetch or a commit, never one a message, and the newest thousand of
 * a partition only. What is older is not known any more, and nothing is guessed.
 */
export class OffsetTimes {
  readonly #partitions = new Map<number, Steps>();

  take(partition: number, next: bigint, at: number): void {
    let steps = this.#partitions.get(partition);
    const last = steps?.offsets.at(-1);
    // It went back, as after a rewind: what comes now comes again, at a time of its own.
    if (!steps || (last !== undefined && next < last)) {
      steps = {offsets: [], times: [], dropped: false};
      this.#partitions.set(partition, steps);
    }
    if (next === last && steps.offsets.length > 0) return;
    steps.offsets.push(next);
    steps.times.push(at);
    // Cut seldom: each cut copies.
    if (steps.offsets.length > kept * 1.25) {
      steps.offsets = steps.offsets.slice(-kept);
      steps.times = steps.times.slice(-kept);
      steps.dropped = true;
    }
  }

  /** The first step past this offset; null: there was none, or it is too long ago. */
  past(partition: number, offset: bigint): Step | null {
    const steps = this.#partitions.get(partition);
    if (!steps) return null;
    const {offsets, times, dropped} = steps;
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (offsets[middle]! > offset) high = middle;
      else low = middle + 1;
    }
    if (low === offsets.length || (low === 0 && dropped)) return null;
    return {next: offsets[low]!, at: times[low]!};
  }

  /** The offsets mean nothing any more: the topic was made again. */
  clear(): void {
    this.#partitions.clear();
  }

  /** Entries over all partitions. */
  get size(): number {
    return [...this.#partitions.values()].reduce((sum, {offsets}) => sum + offsets.length, 0);
  }
}
