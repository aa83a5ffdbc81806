import type {TopicPartition} from './message.ts';

export type FetchGatePorts = {
  pause(at: TopicPartition): void;
  resume(at: TopicPartition, from?: bigint): void;
};

export type FetchLimits = {
  /** Bytes fetched ahead of one partition before its fetching pauses. */
  readonly perPartition: number;
  /** Bytes fetched ahead in all. */
  readonly total: number;
};

const mebibyte = 1024 * 1024;
export const fetchLimits: FetchLimits = {perPartition: 8 * mebibyte, total: 64 * mebibyte};

type Reason = 'lane' | 'partition-full' | 'all-full';

/**
 * Decides which partitions are fetched. A lane pauses its own (held, lost); memory pauses one or all, until half of
 * what filled it is used up. A partition is fetched when no reason to pause is left.
 */
export class FetchGate {
  readonly #ports: FetchGatePorts;
  readonly #limits: FetchLimits;
  readonly #partitions = new Map<number, {at: TopicPartition; bytes: number; paused: Set<Reason>}>();
  #total = 0;
  #allFull = false;

  constructor(ports: FetchGatePorts, limits: FetchLimits = fetchLimits) {
    this.#ports = ports;
    this.#limits = limits;
  }

  get retainedBytes(): number {
    return this.#total;
  }

  pause(at: TopicPartition): void {
    this.#block(at, 'lane');
  }

  resume(at: TopicPartition, from?: bigint): void {
    const entry = this.#entry(at);
    entry.paused.delete('lane');
    if (entry.paused.size === 0) this.#ports.resume(at, from);
    else {
      // Still paused for memory: the new position is kept by the fetcher until it is resumed.
      if (from !== undefined) this.#ports.resume(at, from);
      this.#ports.pause(at);
    }
  }

  bytesChanged(at: TopicPartition, change: number): void {
    const entry = this.#entry(at);
    entry.bytes += change;
    this.#total += change;
    if (change > 0) this.#fill(entry);
    else this.#empty(entry);
  }

  forget(at: TopicPartition): void {
    const entry = this.#partitions.get(at.partition);
    if (!entry) return;
    this.#partitions.delete(at.partition);
    this.#total -= entry.bytes;
  }

  #fill(entry: {at: TopicPartition; bytes: number; paused: Set<Reason>}): void {
    if (entry.bytes > this.#limits.perPartition) this.#block(entry.at, 'partition-full');
    if (this.#total <= this.#limits.total || this.#allFull) return;
    this.#allFull = true;
    for (const each of this.#partitions.values()) this.#block(each.at, 'all-full');
  }

  #empty(entry: {at: TopicPartition; bytes: number; paused: Set<Reason>}): void {
    if (entry.bytes <= this.#limits.perPartition / 2) this.#unblock(entry.at, 'partition-full');
    if (!this.#allFull || this.#total > this.#limits.total / 2) return;
    this.#allFull = false;
    for (const each of this.#partitions.values()) this.#unblock(each.at, 'all-full');
  }

  #block(at: TopicPartition, reason: Reason): void {
    const {paused} = this.#entry(at);
    const before = paused.size;
    paused.add(reason);
    if (before === 0) this.#ports.pause(at);
  }

  #unblock(at: TopicPartition, reason: Reason): void {
    const {paused} = this.#entry(at);
    if (paused.delete(reason) && paused.size === 0) this.#ports.resume(at);
  }

  #entry(at: TopicPartition) {
    let entry = this.#partitions.get(at.partition);
    if (!entry) {
      entry = {at, bytes: 0, paused: new Set<Reason>(this.#allFull ? ['all-full'] : [])};
      this.#partitions.set(at.partition, entry);
    }
    return entry;
  }
}
