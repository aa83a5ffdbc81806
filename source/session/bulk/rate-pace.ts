/** ms: more often than this nothing is sent, but several at once. */
const shortestPause = 5;
/** ms: what was missed longer ago is not made up for, so that a stall is followed by no burst. */
const madeUpFor = 100;

/** Says how many may go now, so that so many a second go, evenly. */
export class RatePace {
  readonly #gap: number;
  #next = 0;

  /** `rate`: how many a second. */
  constructor(rate: number) {
    this.#gap = 1000 / rate;
  }

  /** The next may go at once; nothing is made up for. */
  begin(now: number): void {
    this.#next = Math.max(this.#next, now);
  }

  due(now: number): number {
    this.#next = Math.max(this.#next, now - madeUpFor);
    return this.#next > now ? 0 : Math.floor((now - this.#next) / this.#gap) + 1;
  }

  took(count: number): void {
    this.#next += count * this.#gap;
  }

  /** ms until the next may go. */
  pause(now: number): number {
    return Math.max(shortestPause, Math.ceil(this.#next - now));
  }
}
