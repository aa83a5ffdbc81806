/** Partitions that the person's code paused, as KafkaJS's consumer keeps them: a set, whoever lets one go on. */
export class Pauses {
  readonly #paused = new Set<number>();
  readonly #tell: (type: 'paused' | 'resumed', partition: number) => void;

  constructor(tell: (type: 'paused' | 'resumed', partition: number) => void) {
    this.#tell = tell;
  }

  isPaused(partition: number): boolean {
    return this.#paused.size > 0 && this.#paused.has(partition);
  }

  /** KafkaJS's `pause()`: answers the function that lets the partition go on. */
  pause(partition: number): () => void {
    if (!this.#paused.has(partition)) {
      this.#paused.add(partition);
      this.#tell('paused', partition);
    }
    return () => {
      if (this.#paused.delete(partition)) this.#tell('resumed', partition);
    };
  }
}
