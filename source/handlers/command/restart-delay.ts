const first = 100;
const most = 30_000;

/** How long to wait before a program is started anew: not at all after it worked, longer and longer while it does not. */
export class RestartDelay {
  #next = 0;

  itAnswered(): void {
    this.#next = 0;
  }

  /** ms to wait now. */
  next(): number {
    const now = this.#next;
    this.#next = Math.min(most, now === 0 ? first : now * 2);
    return now;
  }
}
