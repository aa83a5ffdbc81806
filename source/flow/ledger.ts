/**
 * What is finished on one partition, and how far that may be committed.
 *
 * A commit is a position, not a receipt: committing N says that everything below N is finished. So the ledger keeps the
 * *finished prefix*: it grows only when what lies directly after it is finished, in whatever order results come. Ranges
 * are half open, `[from, to)`, and hold every message in them and every offset that holds none (compaction and
 * transaction markers leave such gaps).
 */
export class Ledger {
  /** Finished without a gap below this offset. */
  #prefix: bigint;
  /** Where this ledger began: with nothing finished since, there is nothing to commit. */
  readonly #start: bigint;
  /** What the broker confirmed, or null while the group has no offset here. */
  #committed: bigint | null;
  /** Finished ranges that lie beyond a gap, by their start. */
  readonly #later = new Map<bigint, bigint>();

  constructor(position: bigint, committed: bigint | null) {
    this.#prefix = position;
    this.#start = position;
    this.#committed = committed;
  }

  get prefix(): bigint {
    return this.#prefix;
  }

  get committed(): bigint | null {
    return this.#committed;
  }

  /** Everything in `[from, to)` is final or does not exist. What is below the prefix already changes nothing. */
  finish(from: bigint, to: bigint): void {
    if (to <= this.#prefix) return;
    if (from > this.#prefix) {
      const known = this.#later.get(from);
      if (known === undefined || known < to) this.#later.set(from, to);
      return;
    }
    this.#prefix = to;
    if (this.#later.size > 0) this.#absorb();
  }

  /**
   * The offset to commit now, or null when there is nothing new. Never below what is committed: a replay from the
   * beginning does not lower the group's offset.
   */
  committable(): bigint | null {
    const known = this.#committed ?? this.#start;
    return this.#prefix > known ? this.#prefix : null;
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
    this.finish(this.#prefix, committed);
  }

  #absorb(): void {
    let grown = true;
    while (grown) {
      grown = false;
      for (const [from, to] of this.#later) {
        if (from > this.#prefix) continue;
        this.#later.delete(from);
        if (to > this.#prefix) {
          this.#prefix = to;
          grown = true;
        }
      }
    }
  }
}
