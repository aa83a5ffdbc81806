import type {AbortedTransaction} from '../fetch-records.ts';

/** Which producers are in an aborted transaction, while batches pass in order. */
export class AbortedProducers {
  readonly #coming: AbortedTransaction[];
  readonly #open = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#coming = [...aborted].sort((left, right) => (left.firstOffset < right.firstOffset ? -1 : 1));
  }

  reach(offset: bigint): void {
    while (this.#coming[0] && this.#coming[0].firstOffset <= offset)
      this.#open.add(this.#coming.shift()!.producerId);
  }

  has(producer: bigint): boolean {
    return this.#open.has(producer);
  }

  close(producer: bigint): void {
    this.#open.delete(producer);
  }
}
