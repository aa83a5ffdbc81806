/**
 * What is finished on one partition, and how far that may be committed.
 *
 * A commit is a position, not a receipt: committing N says that everything below N is finished. A lane finishes strictly
 * in order, so what is finished is one offset, the *prefix*: everything below it is final, or holds no message (compaction
 * and transaction markers leave such gaps).
 */
export class Ledger {
  /** Finished without a gap below this offset. */
  #prefix: bigint;
  /** Where this ledger began: with nothing finished since, there is nothing to commit. */
  readonly #start: bigint;
  /** Where it began is itself to be committed: the person chose it, and the group has no offset yet. */
  readonly #commitsStart: boolean;
  /** What the broker confirmed, or null while the group has no offset here. */
  #committed: bigint | null;

  constructor(position: bigint, committed: bigint | null, {commitsStart = false} = {}) {
    this.#prefix = position;
    this.#start = position;
    this.#commitsStart = commitsStart;
    this.#committed = committed;
  }

  get prefix(): bigint {
    return this.#prefix;
  }

  get committed(): bigint | null {
    return this.#committed;
  }

  /** Whether anything was finished since it began. */
  get hasFinished(): boolean {
    return this.#prefix > this.#start;
  }

  /** Everything below `to` is final or does not exist. What is below the prefix already changes nothing. */
  finish(to: bigint): void {
    if (to > this.#prefix) this.#prefix = to;
  }

  /**
   * The offset to commit now, or null when there is nothing new. Never below what is committed: a replay from the
   * beginning does not lower the group's offset.
   */
  committable(): bigint | null {
    if (this.#committed !== null) return this.#prefix > this.#committed ? this.#prefix : null;
    return this.#prefix > this.#start || this.#commitsStart ? this.#prefix : null;
  }

  /** The broker confirmed `offset`. An answer that comes late, after a higher one, changes nothing. */
  confirm(offset: bigint): void {
    if (this.#committed === null || offset > this.#committed) this.#committed = offset;
  }

  /**
   * What the group's offset is now, read from the broker after the group met anew: another member may have finished
   * more in a generation that passed unseen. Work below it is done, whoever did it.
   */
  meet(committed: bigint | null): void {
    // A replay runs below the committed offset on purpose: only a commit that is news moves it.
    if (committed === null || (this.#committed !== null && committed <= this.#committed)) return;
    this.#committed = committed;
    this.finish(committed);
  }
}
