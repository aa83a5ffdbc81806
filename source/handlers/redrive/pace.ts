import {setTimeout as wait} from 'node:timers/promises';

/** Lets so many a second pass, evenly, whatever the number of partitions that ask. */
export class Pace {
  readonly #gap: number;
  #next = 0;

  /** `rate`: turns a second. */
  constructor(rate: number) {
    this.#gap = 1000 / rate;
  }

  /** Resolves at the next free turn, or at once when asked to stop. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#gap;
    if (at > now) await wait(at - now, undefined, {signal}).catch(() => {});
  }
}
