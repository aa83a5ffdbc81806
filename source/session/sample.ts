export type Latency = {readonly p50: number; readonly p95: number};

const kept = 200;

/** The last 200 of some durations (ms), for their median and the slow ones. */
export class Sample {
  readonly #values: number[] = [];
  #at = 0;

  add(ms: number): void {
    this.#values[this.#at] = ms;
    this.#at = (this.#at + 1) % kept;
  }

  /** null: none yet. */
  get latency(): Latency | null {
    if (this.#values.length === 0) return null;
    const sorted = [...this.#values].sort((left, right) => left - right);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
    return {p50: at(0.5), p95: at(0.95)};
  }
}
