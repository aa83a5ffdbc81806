import type {FlowEvent} from './events.ts';

/** Offsets from `from` on, below `until`. */
type Range = {readonly from: bigint; readonly until: bigint};

/**
 * Which messages this consumer has finished before, and gets again since their commit did not come through: after a crash,
 * an outage, a partition that moved away and back, a stop before the commit. Fed by the flow's events, at a cost for each
 * run. What was committed once and is read again (a replay, a rewind) is none of these.
 */
export class Redeliveries {
  /** The offset after the last message that was finished, by partition. */
  readonly #finished = new Map<number, bigint>();
  /** The highest offset that was ever seen committed, by partition. */
  readonly #committed = new Map<number, bigint>();
  readonly #ranges = new Map<number, Range>();

  take(event: FlowEvent): void {
    switch (event.type) {
      case 'assigned':
        for (const {partition, position, committed} of event.partitions) {
          if (committed !== null) this.#commit(partition, committed);
          const known = this.#committed.get(partition) ?? 0n;
          const from = known > position ? known : position;
          const until = this.#finished.get(partition) ?? 0n;
          if (until > from) this.#ranges.set(partition, {from, until});
        }
        break;
      case 'handled': {
        const last = event.outcomes.at(-1);
        const processed = event.outcomes.length - (last?.status === 'failed' ? 1 : 0);
        if (processed > 0) this.#finish(event.at.partition, event.messages[processed - 1]!.offset);
        break;
      }
      case 'finished':
        this.#finish(event.message.partition, event.message.offset);
        break;
      case 'committed':
        for (const {partition, offset} of event.offsets) this.#commit(partition, offset);
        break;
      case 'topic-recreated':
        this.#finished.clear();
        this.#committed.clear();
        this.#ranges.clear();
        break;
      default:
        break;
    }
  }

  /** What is redelivered of this partition; null: nothing was so far. */
  of(partition: number): Range | null {
    return this.#ranges.get(partition) ?? null;
  }

  has(partition: number, offset: bigint): boolean {
    const range = this.#ranges.get(partition);
    return range !== undefined && offset >= range.from && offset < range.until;
  }

  #finish(partition: number, offset: bigint): void {
    if (offset >= (this.#finished.get(partition) ?? 0n)) this.#finished.set(partition, offset + 1n);
  }

  #commit(partition: number, offset: bigint): void {
    if (offset > (this.#committed.get(partition) ?? 0n)) this.#committed.set(partition, offset);
  }
}
