/** How many a second, over the last half minute. */
export class Rate {
  readonly #buckets: number[] = new Array(buckets).fill(0);
  #second: number;

  constructor(now: number) {
    this.#second = Math.floor(now / 1000);
  }

  add(count: number, now: number): void {
    this.#advance(now);
    this.#buckets[this.#buckets.length - 1]! += count;
  }

  /** Of the last whole second. */
  perSecond(now: number): number {
    this.#advance(now);
    return this.#buckets.at(-2)!;
  }

  /** One count a second, the oldest first, without the one that is not over. */
  history(now: number): readonly number[] {
    this.#advance(now);
    return this.#buckets.slice(0, -1);
  }

  #advance(now: number): void {
    const second = Math.floor(now / 1000);
    const passed = Math.min(second - this.#second, buckets);
    for (let each = 0; each < passed; each++) {
      this.#buckets.shift();
      this.#buckets.push(0);
    }
    if (passed > 0) this.#second = second;
  }
}

const buckets = 31;
