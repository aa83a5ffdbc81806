import {type ErrorName, errors} from './errors.ts';
import type {ApiName} from './messages/index.ts';

/** Which requests a fault meets. What is left out fits all. */
export type FaultAt = {
  readonly api: ApiName;
  readonly topic?: string;
  readonly partition?: number;
  readonly group?: string;
  /** The first request that is met, counted from 1 among those that fit (1). */
  readonly nth?: number;
  /** How many requests are met from then on (1); Infinity until the fault is taken back. */
  readonly times?: number;
};

export type FaultEffect =
  /** Answered with this error, and nothing is done: for the partitions that fit, else for the request. */
  | {readonly error: ErrorName}
  /** Done and answered after so many ms. */
  | {readonly delay: number}
  /** The connection is cut before anything is done. */
  | {readonly cut: 'before'}
  /** Everything is done, and the connection is cut instead of the answer. */
  | {readonly cut: 'instead-of-answer'};

type Armed = {readonly at: FaultAt; readonly effect: FaultEffect; seen: number};

type Target = {readonly topic: string; readonly partition: number | null};

/** What faults want of one request. */
export type Verdict = {
  readonly delay: number;
  readonly cut: 'before' | 'instead-of-answer' | null;
  /** For a request that names no topics. */
  readonly error: number;
  /** 0 or the error that the partition is answered with. */
  readonly errorFor: (topic: string, partition: number | null) => number;
};

export const noFault: Verdict = {delay: 0, cut: null, error: 0, errorFor: () => 0};

/** Makes the broker misbehave on purpose, for tests, drills and demonstrations. */
export class Faults {
  readonly #armed = new Set<Armed>();
  readonly #paused = new Map<string, {ended: Promise<void>; end: () => void}>();

  /** Arms a fault; what it answers takes it back. */
  add(at: FaultAt, effect: FaultEffect): () => void {
    const armed = {at, effect, seen: 0};
    this.#armed.add(armed);
    return () => this.#armed.delete(armed);
  }

  /** Requests of this group wait, unanswered, until what this answers is called. */
  pauseGroup(group: string): () => void {
    this.#paused.get(group)?.end();
    let end = () => {};
    const ended = new Promise<void>(resolve => {
      end = () => {
        if (this.#paused.get(group) === pause) this.#paused.delete(group);
        resolve();
      };
    });
    const pause = {ended, end};
    this.#paused.set(group, pause);
    return end;
  }

  /** Takes everything back. */
  clear(): void {
    this.#armed.clear();
    for (const {end} of [...this.#paused.values()]) end();
  }

  /** When the group's requests are answered again; null when they are. */
  pauseOf(request: unknown): Promise<void> | null {
    if (this.#paused.size === 0) return null;
    const group = groupOf(request);
    return (group !== null && this.#paused.get(group)?.ended) || null;
  }

  /** `nameOf`: the name of the topic with an id, for requests that name it so. */
  judge(
    api: string,
    request: unknown,
    nameOf: (id: Buffer) => string | undefined = () => undefined,
  ): Verdict {
    if (this.#armed.size === 0) return noFault;
    const targets = targetsOf(request, nameOf);
    const group = groupOf(request);
    const firing = [...this.#armed].filter(armed => {
      const {at} = armed;
      if (at.api !== api || (at.group !== undefined && at.group !== group)) return false;
      const named = at.topic !== undefined || at.partition !== undefined;
      if (named && !targets.some(target => fits(at, target.topic, target.partition))) return false;
      armed.seen++;
      const first = at.nth ?? 1;
      const last = first + (at.times ?? 1) - 1;
      if (armed.seen >= last) this.#armed.delete(armed);
      return armed.seen >= first;
    });
    const error = (wanted: (at: FaultAt) => boolean) => {
      const found = firing.find(({at, effect}) => 'error' in effect && wanted(at));
      return found && 'error' in found.effect ? errors[found.effect.error] : 0;
    };
    return {
      delay: firing.reduce((sum, {effect}) => sum + ('delay' in effect ? effect.delay : 0), 0),
      cut:
        firing.map(({effect}) => ('cut' in effect ? effect.cut : null)).find(each => each !== null) ?? null,
      error: targets.length === 0 ? error(() => true) : 0,
      errorFor: (topic, partition) => error(at => fits(at, topic, partition)),
    };
  }
}

function fits(at: FaultAt, topic: string, partition: number | null): boolean {
  return (
    (at.topic === undefined || at.topic === topic) &&
    (at.partition === undefined || partition === null || at.partition === partition)
  );
}

type Named = {readonly name?: unknown; readonly topic?: unknown; readonly topicId?: Buffer} & Readonly<
  Record<string, unknown>
>;

/** The topics and partitions that a request of any API names. */
function targetsOf(request: unknown, nameOf: (id: Buffer) => string | undefined): Target[] {
  const {topicData, topics, topicNames, v3AndBelowTopics} = request as Record<string, unknown>;
  const named = [topicData, topics, topicNames, v3AndBelowTopics].find(
    each => Array.isArray(each) && each.length > 0,
  );
  return ((named ?? []) as (Named | string)[]).flatMap((each): Target[] => {
    if (typeof each === 'string') return [{topic: each, partition: null}];
    const topic = String(each.name || each.topic || (each.topicId && nameOf(each.topicId)) || '');
    const partitions = each.partitionData ?? each.partitions ?? each.partitionIndexes;
    if (!Array.isArray(partitions)) return [{topic, partition: null}];
    return partitions.map(one => ({topic, partition: partitionOf(one)}));
  });
}

function partitionOf(one: unknown): number {
  if (typeof one === 'number') return one;
  const {index, partition, partitionIndex} = one as Record<string, number | undefined>;
  return index ?? partition ?? partitionIndex ?? -1;
}

function groupOf(request: unknown): string | null {
  const {groupId, groups} = request as {groupId?: string; groups?: readonly {groupId?: string}[]};
  return groupId || groups?.[0]?.groupId || null;
}
