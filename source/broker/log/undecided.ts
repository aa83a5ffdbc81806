/** A transaction that was given up, and what of the partition it spans. */
export type Aborted = {
  readonly producerId: bigint;
  readonly firstOffset: number;
  /** That of its marker. */
  readonly lastOffset: number;
  /** Where the first transaction began that was still open behind it. Whatever is aborted later begins there or behind. */
  readonly stableOffset: number;
};

/** The transactions of one partition: those that are not decided yet, and those that were aborted. */
export class Undecided {
  /** Where each producer's open transaction begins; the earliest stands first. */
  readonly #open = new Map<bigint, number>();
  /** In the order of their markers. */
  #aborted: Aborted[] = [];

  /** Where the earliest open transaction begins, or null. */
  get firstOffset(): number | null {
    for (const offset of this.#open.values()) return offset;
    return null;
  }

  get count(): number {
    return this.#open.size;
  }

  offsetOf(producerId: bigint): number | undefined {
    return this.#open.get(producerId);
  }

  begin(producerId: bigint, offset: number): void {
    this.#open.set(producerId, offset);
  }

  /** `markerAt` is the offset of the marker that decided it. */
  decide(producerId: bigint, isCommitted: boolean, markerAt: number): void {
    const firstOffset = this.#open.get(producerId);
    if (firstOffset === undefined) return;
    this.#open.delete(producerId);
    if (isCommitted) return;
    const stableOffset = this.firstOffset ?? markerAt + 1;
    this.#aborted.push({producerId, firstOffset, lastOffset: markerAt, stableOffset});
  }

  get hasAborted(): boolean {
    return this.#aborted.length > 0;
  }

  /** What was aborted of the records from `from` up to, not including, `to`. */
  abortedIn(from: number, to: number): Aborted[] {
    const found: Aborted[] = [];
    for (let index = this.#firstEndingFrom(from); index < this.#aborted.length; index++) {
      const each = this.#aborted[index]!;
      if (each.firstOffset < to) found.push(each);
      if (each.stableOffset >= to) break;
    }
    return found.sort((left, right) => left.firstOffset - right.firstOffset);
  }

  /** The log begins at `start` now: nobody asks any more for what ended before. */
  forgetBelow(start: number): void {
    const kept = this.#firstEndingFrom(start);
    if (kept > 0) this.#aborted = this.#aborted.slice(kept);
  }

  clear(): void {
    this.#open.clear();
    this.#aborted = [];
  }

  #firstEndingFrom(offset: number): number {
    let low = 0;
    let high = this.#aborted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#aborted[middle]!.lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
