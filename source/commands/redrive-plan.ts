import {deadLetterTopic} from '../flow/dead-letter-topic.ts';
import type {Handler} from '../flow/handler.ts';
import type {StartChoice} from '../kafka/start-choice.ts';
import type {Topics} from '../kafka/topics.ts';
import {CommandError} from './exit-codes.ts';

/** What a redrive has before it: counted from what the group committed, up to the ends of this moment. */
export type RedrivePlan = {
  readonly topic: string;
  readonly to: string;
  readonly group: string;
  /** By partition; only partitions that have a leader. */
  readonly parts: ReadonlyMap<number, {readonly from: bigint; readonly end: bigint}>;
  /** Offsets between these; gaps of compaction among them. */
  readonly waiting: bigint;
  /** Where the group is beyond the end: the topic was made again or cut, and nothing of it is redriven as it stands. */
  readonly beyond: readonly {readonly partition: number; readonly committed: bigint; readonly end: bigint}[];
  /** Without a leader now: what they have cannot be counted, and is not redriven. */
  readonly unknown: readonly number[];
  readonly start: StartChoice;
};

/** The group whose commits tell which dead letters were redriven, by hand or by a command. */
export function redriveGroup(deadLetters: string): string {
  return `redrive-${deadLetters}`;
}

/** Where dead letters of this topic came from by its name; null: it is not named as a dead-letter topic. */
export function redriveTarget(deadLetters: string): string | null {
  return deadLetterTopic(deadLetters) === null ? deadLetters.slice(0, -'-dlt'.length) : null;
}

/** Looks at both topics and at the group. Rejects with a CommandError where there is nothing to redrive from or to. */
export async function planRedrive(
  topics: Topics,
  {topic, to, group}: {readonly topic: string; readonly to: string; readonly group: string},
): Promise<RedrivePlan> {
  const [from, target] = await Promise.all([topics.describe(topic), topics.describe(to)]);
  if (from.status === 'missing') throw new CommandError(`There is no topic ${topic}, so no dead letters.`);
  if (target.status === 'missing')
    throw new CommandError(`The topic ${to} is not there; --to names another.`);
  const committed = await topics.committed(group, topic);
  const parts = new Map(
    from.partitions.flatMap(({partition, first, end}) => {
      if (first === null || end === null) return [];
      const known = committed.get(partition) ?? 0n;
      return [[partition, {from: known > first ? known : first, end}] as const];
    }),
  );
  const all = [...parts];
  const waiting = all.reduce(
    (sum, [, part]) => (part.end > part.from ? sum + (part.end - part.from) : sum),
    0n,
  );
  // The group that never redrove a partition begins at its beginning; one that was added later too.
  const fresh = from.partitions.filter(({partition}) => !committed.has(partition));
  const start: StartChoice = {
    from: 'several',
    partitions: new Map(fresh.map(({partition}) => [partition, {from: 'beginning'}])),
    others: {from: 'committed'},
  };
  const beyond = all
    .filter(([partition, {from, end}]) => committed.has(partition) && from > end)
    .map(([partition, {from, end}]) => ({partition, committed: from, end}));
  const unknown = from.partitions.map(({partition}) => partition).filter(partition => !parts.has(partition));
  return {topic, to, group, parts, waiting, beyond, unknown, start};
}

/** What of the topic a redrive does not come to, and what to do about it; empty: it comes to all. */
export function sayLeftOut(plan: RedrivePlan): string[] {
  return [sayUnknown(plan), sayBeyond(plan)].filter(each => each !== null);
}

function sayUnknown({topic, unknown}: RedrivePlan): string | null {
  if (unknown.length === 0) return null;
  const which = unknown.length === 1 ? `Partition ${unknown[0]} of` : `Partitions ${unknown.join(', ')} of`;
  return `${which} ${topic} cannot be read now (no leader): what is there is not counted and not redriven.`;
}

function sayBeyond({topic, group, beyond}: RedrivePlan): string | null {
  if (beyond.length === 0) return null;
  const where = beyond.map(
    ({partition, committed, end}) =>
      `${committed} on partition ${partition}, beyond its end ${end} by ${committed - end}`,
  );
  return `Group ${group} is at ${where.join(', and at ')}: ${topic} was made again or cut, so that nothing there is redriven. kafka-notify rewind --topic ${topic} --group ${group} --to beginning --yes sets it back.`;
}

/** The handler within a plan: exactly what was counted is handed over; what came later waits for the next redrive. */
export function withinPlan(handler: Handler, plan: RedrivePlan): Handler {
  return {
    ...handler,
    handle(run) {
      const end = plan.parts.get(run.messages[0]!.partition)?.end ?? 0n;
      const messages = run.messages.filter(({offset}) => offset < end);
      return messages.length === 0 ? [] : handler.handle({...run, messages});
    },
    close: () => handler.close(),
  };
}
