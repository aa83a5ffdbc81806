export type Committed = {readonly offset: bigint; readonly leaderEpoch: number; readonly metadata: string};

/** What a group committed, by topic and partition. */
export class Offsets {
  readonly #topics = new Map<string, Map<number, Committed>>();

  get(topic: string, partition: number): Committed | undefined {
    return this.#topics.get(topic)?.get(partition);
  }

  set(topic: string, partition: number, committed: Committed): void {
    const known = this.#topics.get(topic);
    if (known) known.set(partition, committed);
    else this.#topics.set(topic, new Map([[partition, committed]]));
  }

  delete(topic: string, partition: number): void {
    const known = this.#topics.get(topic);
    known?.delete(partition);
    if (known?.size === 0) this.#topics.delete(topic);
  }

  deleteTopic(topic: string): void {
    this.#topics.delete(topic);
  }

  all(): {topic: string; partitions: number[]}[] {
    return [...this.#topics].map(([topic, partitions]) => ({topic, partitions: [...partitions.keys()]}));
  }
}
