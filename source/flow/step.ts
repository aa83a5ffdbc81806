/**
 * Step by step: while it is on, a message begins only when it was let. Each release lets one message of a partition
 * begin, with all its attempts; releases that nothing waits for yet are kept for what comes.
 */
export class Step {
  #isOn = false;
  readonly #released = new Map<number, number>();

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Off lets everything flow; releases that were not used are forgotten. */
  turn(on: boolean): void {
    this.#isOn = on;
    this.#released.clear();
  }

  release(partition: number): void {
    if (this.#isOn) this.#released.set(partition, (this.#released.get(partition) ?? 0) + 1);
  }

  /** How many messages the next run may begin: one at a time, so that each is a step of its own. */
  allowance(partition: number): number {
    if (!this.#isOn) return Number.POSITIVE_INFINITY;
    return this.#released.has(partition) ? 1 : 0;
  }

  /** One message of the partition began. */
  began(partition: number): void {
    const left = (this.#released.get(partition) ?? 0) - 1;
    if (left > 0) this.#released.set(partition, left);
    else this.#released.delete(partition);
  }
}
