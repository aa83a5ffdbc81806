import type {Delivery} from '../flow/delivery.ts';
import {Ring} from './ring.ts';
import {type Latency, Sample} from './sample.ts';

const kept = 500;

/** The newest publishes with what is known of each, and how quickly the broker acknowledges. */
export class Deliveries {
  readonly #ring = new Ring<Delivery>(kept);
  readonly #latencies = new Sample();
  readonly #counts = {acknowledged: 0, failed: 0, unknown: 0, pending: 0};
  readonly #states = new Map<number, Delivery['state']['status']>();

  /** Oldest first. */
  get items(): readonly Delivery[] {
    return this.#ring.items;
  }

  get counts(): Readonly<Record<Delivery['state']['status'], number>> {
    return this.#counts;
  }

  /** A new delivery, or a new state of one. */
  take(delivery: Delivery): void {
    const before = this.#states.get(delivery.id);
    if (before) this.#counts[before]--;
    this.#counts[delivery.state.status]++;
    this.#states.set(delivery.id, delivery.state.status);
    if (this.#states.size > kept * 2) this.#states.delete(this.#states.keys().next().value!);
    if (delivery.state.status === 'acknowledged') this.#latencies.add(delivery.state.latencyMs);
    if (!this.#ring.replaceLast(({id}) => id === delivery.id, delivery)) this.#ring.push(delivery);
  }

  /** The one that is there, acknowledged at this place of the topic; the newest, should the topic have been made again. */
  at(topic: string, partition: number, offset: bigint): Delivery | null {
    const isIt = ({draft, state}: Delivery) =>
      state.status === 'acknowledged' &&
      state.offset === offset &&
      state.partition === partition &&
      draft.topic === topic;
    return this.items.findLast(isIt) ?? null;
  }

  /** ms from handing over to acknowledgement, of the last 200; null: none yet. */
  get latency(): Latency | null {
    return this.#latencies.latency;
  }
}
