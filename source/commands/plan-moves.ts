import {type Move, type MoveTarget, moveOf} from '../flow/moves.ts';
import type {KafkaClient} from '../kafka/client.ts';
import {TopicConnection} from '../kafka/topic-connection.ts';
import type {Topics} from '../kafka/topics.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {checkHasPartitions} from './partition-flags.ts';

export type MovesAsked = {
  readonly group: string;
  readonly topic: string;
  readonly target: MoveTarget;
  /** null: all, or those that the target names. */
  readonly partitions: readonly number[] | null;
};

/** What moving would mean, and a sentence for each partition that cannot be moved since it has no leader. */
export type PlannedMoves = {readonly moves: readonly Move[]; readonly leaderless: readonly string[]};

/**
 * What moving the group on its partitions would mean; nothing is moved yet. A partition without a leader is left where it
 * is, unless it was named: then nothing is moved.
 */
export async function planMoves(
  {client, topics}: {readonly client: KafkaClient; readonly topics: Topics},
  {group, topic, target, partitions: asked}: MovesAsked,
): Promise<PlannedMoves> {
  const partitions = target.to === 'offsets' ? [...target.offsets.keys()] : asked;
  const found = await topics.describe(topic);
  if (found.status === 'missing') throw new CommandError(`There is no topic ${topic}.`);
  checkHasPartitions(found, partitions ?? []);
  const meant = found.partitions.filter(({partition}) => partitions?.includes(partition) ?? true);
  const wanted = partitions === null ? meant.filter(({leader}) => leader !== null) : meant;
  const numbers = wanted.map(({partition}) => partition);
  const [committed, atTime] = await Promise.all([
    topics.committed(group, topic),
    target.to === 'time'
      ? offsetsAt(client, topic, numbers, target.time)
      : Promise.resolve<ReadonlyMap<number, bigint>>(new Map()),
  ]);
  const moves = wanted.map(({partition, first, end}) => {
    if (first === null || end === null)
      throw new CommandError(
        `Partition ${partition} of ${topic} has no leader now, or it does not answer; nothing is changed.`,
      );
    const time = atTime.get(partition) ?? -1n;
    const facts = {partition, committed: committed.get(partition) ?? null, first, end};
    const move = moveOf({...facts, atTime: time < 0n ? null : time}, target);
    if (!('outside' in move)) return move;
    throw new CommandError(
      `Partition ${partition} has no offset ${move.outside.offset}: it has ${first} to ${end} (the end).`,
      exitCodes.wrongUse,
    );
  });
  return {moves, leaderless: partitions === null ? (found.leaderless ?? []) : []};
}

/**
 * The same moves as they count now, to be asked for at the act: while a person reads what would come again, whoever is in
 * the group goes on. Throws a CommandError where one is not possible any more.
 */
export async function countAgain(
  {topics}: {readonly topics: Topics},
  {group, topic}: Pick<MovesAsked, 'group' | 'topic'>,
  moves: readonly Move[],
): Promise<Move[]> {
  const [found, committed] = await Promise.all([topics.describe(topic), topics.committed(group, topic)]);
  const partitions = found.status === 'exists' ? found.partitions : [];
  return moves.map(({partition, to}) => {
    const {first, end} = partitions.find(each => each.partition === partition) ?? {first: null, end: null};
    if (first === null || end === null)
      throw new CommandError(`Partition ${partition} of ${topic} does not answer now; nothing is changed.`);
    const facts = {partition, committed: committed.get(partition) ?? null, first, end, atTime: null};
    const move = moveOf(facts, {to: 'offset', offset: to});
    if (!('outside' in move)) return move;
    throw new CommandError(
      `Partition ${partition} has no offset ${to} any more: it has ${first} to ${end} (the end). Nothing is changed.`,
    );
  });
}

async function offsetsAt(
  client: KafkaClient,
  topic: string,
  partitions: readonly number[],
  time: number,
): Promise<ReadonlyMap<number, bigint>> {
  const connection = new TopicConnection(client, topic);
  try {
    return await connection.offsets(partitions, {fromTimestamp: Math.round(time)});
  } finally {
    connection.close();
  }
}
