import type {TopicStatus} from '../kafka/topics.ts';
import {CommandError, exitCodes} from './exit-codes.ts';

/** The partitions that `--partition` names; null: all. Throws a CommandError of wrong use. */
export function partitionsOf(flag: unknown): readonly number[] | null {
  const partitions = (Array.isArray(flag) ? flag : []) as readonly number[];
  if (partitions.some(each => !Number.isInteger(each) || each < 0))
    throw new CommandError('--partition takes a whole number from 0 on.', exitCodes.wrongUse);
  return partitions.length === 0 ? null : [...new Set(partitions)];
}

/** Throws where the topic does not have one of them. */
export function checkHasPartitions(
  topic: TopicStatus & {status: 'exists'},
  partitions: Iterable<number>,
): void {
  for (const wanted of partitions) {
    if (topic.partitions.some(({partition}) => partition === wanted)) continue;
    throw new CommandError(
      `Topic ${topic.topic} has no partition ${wanted}; it has ${topic.partitions.length}.`,
      exitCodes.wrongUse,
    );
  }
}
