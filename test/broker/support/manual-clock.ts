import type {Clock} from '../../../source/broker/clock.ts';

/** Time stands still until the test moves it. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{readonly at: number; readonly call: () => void}>();

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const timer = {at: this.#now + ms, call};
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers]
        .filter(each => each.at <= until)
        .sort((left, right) => left.at - right.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.call();
    }
    this.#now = until;
  }
}
