import type {Clock} from '../../../source/flow/clock.ts';

/** A clock that stands still until it is turned; timers fire in order of their time. */
export class ManualClock implements Clock {
  #now = 1_000_000;
  #timers: {at: number; action: () => void}[] = [];
  #soon: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, action: () => void): () => void {
    const timer = {at: this.#now + ms, action};
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter(each => each !== timer);
    };
  }

  soon(action: () => void): void {
    this.#soon.push(action);
  }

  /** Lets everything happen that waits for its turn, and what follows from it, until nothing is left to do now. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      await Promise.resolve();
      await Promise.resolve();
      while (this.#soon.length > 0) {
        quiet = 0;
        this.#soon.shift()!();
        for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      }
    }
  }

  /** Turns the clock on by `ms`, firing what comes due on the way. */
  async turn(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.settle();
    for (;;) {
      const next = this.#timers.filter(each => each.at <= until).sort((left, right) => left.at - right.at)[0];
      if (!next) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter(each => each !== next);
      next.action();
      await this.settle();
    }
    this.#now = until;
  }

  /** Turns the clock on by `ms` again and again until the promise is settled, and answers it. */
  async whileWaitingFor<Result>(promise: Promise<Result>, ms: number): Promise<Result> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => {});
    while (!isSettled) await this.turn(ms);
    return settled;
  }
}
