import type {Broker, Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import type {Clock} from '../../flow/clock.ts';
import type {Fetched} from '../../flow/fetched-queue.ts';
import {type FetchedPartition, fetchPartitions} from '../fetch-records.ts';
import {Refused} from '../protocol/errors.ts';
import {OneByOne} from '../records/one-by-one.ts';
import {RecordCursor, type RecordLimits} from '../records/record-cursor.ts';
import {UnreadableRecords} from '../records/unreadable-records.ts';
import {PartitionReading} from './partition-reading.ts';

export type FetchingPorts = {
  readonly topic: string;
  readonly clock: Clock;
  readonly limits: RecordLimits;
  /** Gets what was read of a partition, in order and without a gap from where it was said to begin. */
  take(partition: number, fetched: Fetched): void;
  /**
   * Asked before what a fetch brought is taken. False: it is not taken, and fetched again a little later.
   */
  mayTake(partition: number): Promise<boolean>;
  /** The position is outside of what the partition has. */
  outOfRange(partition: number): void;
  /** The broker has refused the partition for a while, for this reason; it is asked again. */
  refused(partition: number, position: bigint, errorType: string): void;
};

const mebibyte = 1024 * 1024;
const requestTimeout = 10_000;
/** ms that the broker may wait until there is something; no longer, since a partition may be resumed meanwhile. */
const maxWait = 250;
const maxBytesPerPartition = mebibyte;
/** Bytes of one answer; a first batch that is larger comes in any case. */
const maxBytes = 10 * mebibyte;
/** Bytes that all partitions may keep of what was fetched while they are paused; beyond it, it is fetched again. */
const mostKept = 16 * mebibyte;
const recordsAtOnce = 1000;
/** How often what cannot be read is asked for again: it may have been damaged on the way. */
const triesOfDamaged = 3;
/** ms before a partition is asked for again after a refusal. */
const refusedPause = 250;
/** A refusal that does not pass is told after this, in ms, and each time that it has lasted so long again. */
const refusedPatience = 10_000;
/** ms of work before everybody else has a turn. */
const slice = 8;

/**
 * What a member of a group reads: fetches of our own, partition by partition, over the connections that KafkaJS keeps.
 * What is wrong with one partition is that one's only: a refusal, a batch that cannot be read. KafkaJS calls `fetchFrom`
 * again and again for each node, and sends heartbeats in between.
 */
export class Fetching {
  readonly #ports: FetchingPorts;
  readonly #partitions = new Map<number, PartitionReading>();
  readonly #waiting = new Set<() => void>();
  readonly #reading = new OneByOne();
  #workedSince = 0;
  /** What went wrong outside of a fetch: the next one tells it. */
  #failure: {readonly error: unknown} | null = null;

  constructor(ports: FetchingPorts) {
    this.#ports = ports;
  }

  /** These are ours from now on. None is read before it is resumed. */
  assign(partitions: readonly number[]): void {
    for (const part of this.#partitions.values()) part.forget();
    this.#partitions.clear();
    for (const partition of partitions) this.#partitions.set(partition, new PartitionReading(partition));
    this.#wake();
  }

  pause(partition: number): void {
    const part = this.#partitions.get(partition);
    if (part) part.isPaused = true;
  }

  /** Reads on, from `from` where given. */
  resume(partition: number, from?: bigint): void {
    const part = this.#partitions.get(partition);
    if (!part) return;
    if (from !== undefined) part.seek(from);
    part.isPaused = false;
    this.#drain(part).catch((error: unknown) => {
      this.#failure = {error};
    });
    this.#wake();
  }

  /**
   * One fetch of all that this node leads and that is wanted now, and taking what it brought; waits a moment where
   * nothing is wanted. Rejects with what ends the fetching as a whole: of the connection, or a refusal that does not pass.
   */
  async fetchFrom(nodeId: number | string, cluster: Cluster): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    const {topic, clock} = this.#ports;
    const led = this.#ledBy(nodeId, cluster);
    const wanted = led.filter(part => part.isWanted(clock.now()));
    if (wanted.length === 0) {
      await this.#untilWoken();
      return;
    }
    const broker = await cluster.findBroker({nodeId});
    const asked = wanted.map(part => ({part, offset: part.position!, turn: ++part.turn}));
    const answers = await this.#ask(
      broker,
      asked.map(({part: {partition}, offset}) => ({partition, offset})),
    );
    this.#workedSince = performance.now();
    let isStale = false;
    const draining: Promise<void>[] = [];
    for (const {part, turn} of asked) {
      const answer = answers.get(part.partition);
      if (part.turn !== turn || !answer) continue;
      if (answer.errorType === null) draining.push(this.#received(part, answer));
      else isStale = this.#refused(part, answer.errorType, topic) || isStale;
    }
    if (isStale) cluster.brokerPool.metadataExpireAt = null;
    await Promise.all(draining);
  }

  #ask(broker: Broker, wanted: readonly {partition: number; offset: bigint}[]) {
    return fetchPartitions(broker, this.#ports.topic, wanted, {
      maxWait,
      maxBytes,
      maxBytesPerPartition,
      requestTimeout,
    });
  }

  #ledBy(nodeId: number | string, cluster: Cluster): PartitionReading[] {
    const ours = [...this.#partitions.keys()];
    const led = cluster.findLeaderForPartitions(this.#ports.topic, ours)[String(nodeId)] ?? [];
    return led.map(partition => this.#partitions.get(partition)!);
  }

  async #received(part: PartitionReading, answer: FetchedPartition): Promise<void> {
    part.refusedSince = null;
    if (answer.records.length === 0) return;
    const {topic, clock} = this.#ports;
    const {partition, turn} = part;
    const mayTake = await this.#ports.mayTake(partition);
    if (part.turn !== turn) return;
    if (!mayTake) {
      part.notBefore = clock.now() + refusedPause;
      return;
    }
    part.cursor = new RecordCursor(answer, {topic, partition}, part.position!, this.#ports.limits);
    part.highWatermark = answer.highWatermark;
    await this.#drain(part);
  }

  /** Hands over what was fetched, until it is used up or the partition is paused. */
  async #drain(part: PartitionReading): Promise<void> {
    if (part.isDraining) return;
    part.isDraining = true;
    try {
      await this.#reading.run(async () => {
        while (part.cursor && !part.isPaused) await this.#takeFrom(part, part.cursor);
      });
    } finally {
      part.isDraining = false;
    }
    if (part.cursor) this.#keep(part, part.cursor);
    else this.#wake();
  }

  async #takeFrom(part: PartitionReading, cursor: RecordCursor): Promise<void> {
    try {
      const taken = await cursor.take(recordsAtOnce);
      if (part.cursor !== cursor) return;
      if (!taken) {
        part.cursor = null;
        return;
      }
      const {messages, next, bytes} = taken;
      const {highWatermark} = part;
      const from = part.position!;
      part.position = next;
      part.damagedTries = 0;
      this.#ports.take(part.partition, {messages, from, next, bytes, highWatermark});
    } catch (error) {
      if (!(error instanceof UnreadableRecords)) throw error;
      if (part.cursor === cursor) this.#unreadable(part, error);
    }
    await this.#turn();
  }

  #unreadable(part: PartitionReading, {batch}: UnreadableRecords): void {
    part.cursor = null;
    part.damagedTries++;
    if (part.damagedTries <= triesOfDamaged) {
      part.notBefore = this.#ports.clock.now() + refusedPause;
      return;
    }
    part.isBlocked = true;
    const from = part.position!;
    this.#ports.take(part.partition, {
      messages: [],
      from,
      next: from,
      bytes: batch.bytes.length,
      unreadable: batch,
    });
  }

  /** Answers whether what is known of the topic's leaders is old. */
  #refused(part: PartitionReading, errorType: string, topic: string): boolean {
    const now = this.#ports.clock.now();
    part.notBefore = now + refusedPause;
    if (errorType === 'OFFSET_OUT_OF_RANGE') {
      this.#ports.outOfRange(part.partition);
      return false;
    }
    if (errorType === 'CORRUPT_MESSAGE') {
      this.#unreadable(part, saidCorrupt(part, topic));
      return false;
    }
    if (hopeless.has(errorType)) throw new Refused(errorType, null);
    part.refusedSince ??= now;
    if (now - part.refusedSince > refusedPatience) {
      part.refusedSince = now;
      this.#ports.refused(part.partition, part.position!, errorType);
    }
    return true;
  }

  /** A paused partition keeps what it can go on with, as far as there is room. */
  #keep(part: PartitionReading, cursor: RecordCursor): void {
    cursor.rest();
    const kept = [...this.#partitions.values()].reduce((sum, each) => sum + (each.cursor?.heldBytes ?? 0), 0);
    if (kept > mostKept) part.forget();
  }

  async #turn(): Promise<void> {
    if (performance.now() - this.#workedSince < slice) return;
    await new Promise<void>(resolve => this.#ports.clock.soon(resolve));
    this.#workedSince = performance.now();
  }

  #untilWoken(): Promise<void> {
    return new Promise(resolve => {
      const cancel = this.#ports.clock.after(maxWait, wake);
      const waiting = this.#waiting;
      function wake(): void {
        cancel();
        waiting.delete(wake);
        resolve();
      }
      waiting.add(wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** Asking again does not help before a person has done something. */
const hopeless = new Set(['TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED', 'UNSUPPORTED_VERSION']);

function saidCorrupt(part: PartitionReading, topic: string): UnreadableRecords {
  const from = part.position!;
  const reason = `the broker finds the log of ${topic} damaged here`;
  return new UnreadableRecords({from, next: null, reason, bytes: Buffer.alloc(0)});
}
