import type {Delivery} from '../flow/delivery.ts';
import {Ring} from './ring.ts';
import {type Latency, Sample} from './sample.ts';

const kept = 500;
/** Deliveries whose answer is waited for, at most; beyond that the oldest are counted as they were. */
const mostOpen = 100_000;

/** The newest publishes with what is known of each, and how quickly the broker acknowledges. */
export class Deliveries {
  readonly #ring = new Ring<Delivery>(kept);
  readonly #latencies = new Sample();
  readonly #counts = {acknowledged: 0, failed: 0, unknown: 0, pending: 0};
  /** Those that may change yet, by id: pending, or unknown, whose answer may still come. */
  readonly #open = new Map<number, 'pending' | 'unknown'>();
  /** Deliveries up to this id went to a topic that is gone, by topic. */
  readonly #gone = new Map<string, number>();

  /** Oldest first. */
  get items(): readonly Delivery[] {
    return this.#ring.items;
  }

  get counts(): Readonly<Record<Delivery['state']['status'], number>> {
    return this.#counts;
  }

  /** A new delivery, or a new state of one. */
  take(delivery: Delivery): void {
    const {id, state} = delivery;
    const before = this.#open.get(id);
    if (before) this.#counts[before]--;
    this.#counts[state.status]++;
    if (state.status === 'pending' || state.status === 'unknown') this.#open.set(id, state.status);
    else this.#open.delete(id);
    if (this.#open.size > mostOpen) this.#open.delete(this.#open.keys().next().value!);
    if (state.status === 'acknowledged') this.#latencies.add(state.latencyMs);
    // One that is out of view already does not come back among newer ones.
    if (!this.#ring.replaceLast(each => each.id === id, delivery) && !before) this.#ring.push(delivery);
  }

  /** The one that is there, acknowledged at this place of the topic; the newest, should the topic have been made again. */
  at(topic: string, partition: number, offset: bigint): Delivery | null {
    const isIt = ({draft, state}: Delivery) =>
      state.status === 'acknowledged' &&
      state.offset === offset &&
      state.partition === partition &&
      draft.topic === topic;
    const found = this.items.findLast(isIt);
    return found && found.id > (this.#gone.get(topic) ?? 0) ? found : null;
  }

  /** The topic was made again: places in it that were acknowledged before are no places of the new one. */
  forgetPlaces(topic: string): void {
    this.#gone.set(topic, this.items.at(-1)?.id ?? 0);
  }

  /** ms from handing over to acknowledgement, of the last 200; null: none yet. */
  get latency(): Latency | null {
    return this.#latencies.latency;
  }
}
