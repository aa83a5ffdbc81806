import type {FlowEvent} from './events.ts';

/**
 * Which messages this consumer has finished before, and gets again since their commit did not come through: after a crash,
 * an outage, a partition that moved away and back, a stop before the commit. Fed by the flow's events, at a cost for each
 * run. A message below the committed offset that is read again on purpose is a replay, and none of these.
 */
export class Redeliveries {
  /** The offset after the last message that was finished, by partition. */
  readonly #finished = new Map<number, bigint>();
  /** Messages from the last assignment on, up to this offset, were finished before. */
  readonly #until = new Map<number, bigint>();

  take(event: FlowEvent): void {
    switch (event.type) {
      case 'assigned':
        for (const {partition, position, committed} of event.partitions) {
          const from = committed !== null && committed > position ? committed : position;
          const finished = this.#finished.get(partition) ?? 0n;
          if (finished > from) this.#until.set(partition, finished);
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
      case 'topic-recreated':
        this.#finished.clear();
        this.#until.clear();
        break;
      default:
        break;
    }
  }

  /** The offset up to which what comes from this partition was finished before; null: nothing was. */
  until(partition: number): bigint | null {
    return this.#until.get(partition) ?? null;
  }

  has(partition: number, offset: bigint): boolean {
    const until = this.#until.get(partition);
    return until !== undefined && offset < until;
  }

  #finish(partition: number, offset: bigint): void {
    if (offset >= (this.#finished.get(partition) ?? 0n)) this.#finished.set(partition, offset + 1n);
  }
}
