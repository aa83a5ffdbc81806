export type Committed = {readonly offset: bigint; readonly leaderEpoch: number; readonly metadata: string};

/** `order` counts the commits of all, so that the later of two is known. */
type Entry = Committed & {readonly order: number};
type ByPartition = Map<string, Map<number, Entry>>;

/** What a group committed, by topic and partition; and what it will have committed once a transaction is. */
export class Offsets {
  readonly #committed: ByPartition = new Map();
  /** By the producer whose transaction decides. */
  readonly #pending = new Map<bigint, ByPartition>();
  #order = 0;

  get(topic: string, partition: number): Committed | undefined {
    return this.#committed.get(topic)?.get(partition);
  }

  set(topic: string, partition: number, committed: Committed): void {
    put(this.#committed, topic, partition, {...committed, order: this.#order++});
  }

  /** Committed when the producer's transaction is. */
  setPending(producerId: bigint, topic: string, partition: number, committed: Committed): void {
    const known = this.#pending.get(producerId) ?? new Map();
    this.#pending.set(producerId, known);
    put(known, topic, partition, {...committed, order: this.#order++});
  }

  /** Whether a transaction that is still open decides about this partition's offset. */
  isPending(topic: string, partition: number): boolean {
    for (const pending of this.#pending.values()) if (pending.get(topic)?.has(partition)) return true;
    return false;
  }

  /** The producer's transaction has ended. A commit of the time between stands: it is the later one. */
  decide(producerId: bigint, isCommitted: boolean): void {
    const pending = this.#pending.get(producerId);
    this.#pending.delete(producerId);
    if (!pending || !isCommitted) return;
    for (const [topic, entries] of pending) {
      for (const [partition, entry] of entries) {
        const before = this.#committed.get(topic)?.get(partition);
        if (!before || before.order < entry.order) put(this.#committed, topic, partition, entry);
      }
    }
  }

  delete(topic: string, partition: number): void {
    for (const each of [this.#committed, ...this.#pending.values()]) {
      const known = each.get(topic);
      known?.delete(partition);
      if (known?.size === 0) each.delete(topic);
    }
  }

  deleteTopic(topic: string): void {
    for (const each of [this.#committed, ...this.#pending.values()]) each.delete(topic);
  }

  all(): {topic: string; partitions: number[]}[] {
    return [...this.#committed].map(([topic, entries]) => ({topic, partitions: [...entries.keys()]}));
  }

  /** How many commits are kept, and the length of their metadata, those that wait for a transaction among them. */
  measure(): {count: number; metadata: number} {
    let count = 0;
    let metadata = 0;
    for (const topics of [this.#committed, ...this.#pending.values()]) {
      for (const entries of topics.values()) {
        count += entries.size;
        for (const entry of entries.values()) metadata += entry.metadata.length;
      }
    }
    return {count, metadata};
  }
}

function put(into: ByPartition, topic: string, partition: number, entry: Entry): void {
  const known = into.get(topic);
  if (known) known.set(partition, entry);
  else into.set(topic, new Map([[partition, entry]]));
}
