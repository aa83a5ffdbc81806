import type {Delivery} from '../flow/delivery.ts';
import {Ring} from './ring.ts';

const kept = 500;
const latenciesKept = 200;

export type Latency = {readonly p50: number; readonly p95: number};

/** The newest publishes with what is known of each, and how quickly the broker acknowledges. */
export class Deliveries {
  readonly #ring = new Ring<Delivery>(kept);
  readonly #latencies: number[] = [];
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
    if (delivery.state.status === 'acknowledged') {
      this.#latencies.push(delivery.state.latencyMs);
      if (this.#latencies.length > latenciesKept) this.#latencies.shift();
    }
    if (!this.#ring.replaceLast(({id}) => id === delivery.id, delivery)) this.#ring.push(delivery);
  }

  /** ms from handing over to acknowledgement, of the last 200; null: none yet. */
  get latency(): Latency | null {
    if (this.#latencies.length === 0) return null;
    const sorted = [...this.#latencies].sort((left, right) => left - right);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
    return {p50: at(0.5), p95: at(0.95)};
  }
}
