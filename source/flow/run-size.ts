/** A run should take about this long, in ms: long enough to make the handover cheap, short enough to stop soon. */
const target = 10;
const most = 1000;

/**
 * How many messages are handed over at once. It begins with one, grows while runs are quick, and shrinks when they are
 * slow: a handler of a second a message gets one at a time, a quick one hundreds.
 */
export class RunSize {
  #size = 1;

  get current(): number {
    return this.#size;
  }

  /** A run of `of` messages took `ms`, and `taken` of them were handled. */
  took(ms: number, taken: number, of: number): void {
    if (ms > target * 2) this.#size = Math.max(1, Math.floor((Math.min(this.#size, taken) * target) / ms));
    else if (ms < target / 2 && taken === of && of === this.#size)
      this.#size = Math.min(most, this.#size * 2);
  }
}
