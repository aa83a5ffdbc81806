import type {StartChoice} from '../kafka/start-choice.ts';
import type {FlagValues} from './command.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {partitionsOf} from './partition-flags.ts';
import {checkPartitionsOnce, positionsOf, startOfOne} from './positions.ts';

/**
 * Where to start by `--from`, `--partition` and `--skip-to-end`. Either one place for all (or for the partitions that are
 * named), or `PARTITION@OFFSET` several times; whatever is not named goes on at the committed offset.
 */
export function startOf({from, partition, skipToEnd}: FlagValues, now: number): StartChoice {
  const places = Array.isArray(from) ? (from as readonly string[]) : [];
  const partitions = partitionsOf(partition);
  const others = {from: 'committed'} as const;
  if (places.length === 0) {
    if (!partitions) return others;
    throw new CommandError(
      '--partition says for which partitions --from is; give --from too.',
      exitCodes.wrongUse,
    );
  }
  const mayPass = skipToEnd === true;
  const positions = positionsOf(places, now, '--from');
  checkPartitionsOnce(positions, partitions, '--from');
  if (positions.for === 'each') {
    const chosen = [...positions.offsets].map(
      ([at, offset]) => [at, startOfOne({at: 'offset', offset}, mayPass)] as const,
    );
    return {from: 'several', partitions: new Map(chosen), others};
  }
  const choice = startOfOne(positions.place, mayPass);
  if (!partitions) return choice;
  return {from: 'several', partitions: new Map(partitions.map(each => [each, choice])), others};
}
