import type {Clock} from '../clock.ts';
import {Refusal} from '../errors.ts';
import type {Limits} from '../limits.ts';
import {Group, type GroupState} from './group.ts';
import {Offsets} from './offsets.ts';

type Entry = {readonly group: Group; readonly offsets: Offsets};

/** What a committed offset costs beside its metadata, roughly. */
export const bytesPerCommit = 200;
const bytesPerGroup = 1000;

/** Names of the states as Kafka's answers carry them. */
export const stateNames: Record<GroupState, string> = {
  empty: 'Empty',
  preparing: 'PreparingRebalance',
  completing: 'CompletingRebalance',
  stable: 'Stable',
  dead: 'Dead',
};

/** All groups and what they committed. */
export class Groups {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #initialDelay: number;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(clock: Clock, limits: Limits, initialDelay: number) {
    this.#clock = clock;
    this.#limits = limits;
    this.#initialDelay = initialDelay;
  }

  all(): Group[] {
    return [...this.#entries.values()].map(({group}) => group);
  }

  get(id: string): Group | undefined {
    return this.#entries.get(id)?.group;
  }

  offsets(id: string): Offsets | undefined {
    return this.#entries.get(id)?.offsets;
  }

  /** The group, made when it is missing. */
  ensure(id: string): Entry {
    const known = this.#entries.get(id);
    if (known) return known;
    if (this.#entries.size >= this.#limits.groups) {
      throw new Refusal(
        'COORDINATOR_NOT_AVAILABLE',
        `More than ${this.#limits.groups} groups are not taken.`,
      );
    }
    const group = new Group(id, {
      clock: this.#clock,
      initialDelay: this.#initialDelay,
      memberLimit: this.#limits.members,
    });
    const entry = {group, offsets: new Offsets()};
    this.#entries.set(id, entry);
    return entry;
  }

  /** Refuses what would make the groups hold more than they may; `bytes` is about to be added. */
  reserve(bytes: number): void {
    // What was replaced or left is not counted off one by one, only when it matters.
    if (this.#bytes + bytes > this.#limits.groupBytes) this.#bytes = this.#measure();
    if (this.#bytes + bytes > this.#limits.groupBytes) {
      throw new Refusal('GROUP_MAX_SIZE_REACHED', `Groups may hold ${this.#limits.groupBytes} bytes in all.`);
    }
    this.#bytes += bytes;
  }

  delete(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) throw new Refusal('GROUP_ID_NOT_FOUND', `There is no group ${id}.`);
    if (entry.group.state !== 'empty') throw new Refusal('NON_EMPTY_GROUP', `Group ${id} has members.`);
    entry.group.close();
    this.#entries.delete(id);
  }

  /** A topic is gone, and what was committed of it: made again it is another one. */
  forgetTopic(topic: string): void {
    for (const {offsets} of this.#entries.values()) offsets.deleteTopic(topic);
  }

  /** All that was committed is gone, as with Kafka's topic that holds it. */
  forgetOffsets(): void {
    for (const {offsets} of this.#entries.values()) {
      for (const {topic} of offsets.all()) offsets.deleteTopic(topic);
    }
  }

  close(): void {
    for (const {group} of this.#entries.values()) group.close();
    this.#entries.clear();
    this.#bytes = 0;
  }

  #measure(): number {
    let bytes = 0;
    for (const {group, offsets} of this.#entries.values()) {
      bytes += bytesPerGroup;
      for (const member of group.members) {
        bytes += bytesPerGroup + member.assignment.length;
        for (const {name, metadata} of member.protocols) bytes += name.length + metadata.length;
      }
      const {count, metadata} = offsets.measure();
      bytes += count * bytesPerCommit + metadata;
    }
    return bytes;
  }
}
