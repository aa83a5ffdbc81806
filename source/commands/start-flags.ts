import type {StartChoice, StartOfOneChoice} from '../kafka/start-choice.ts';
import {parseTime} from '../settings/duration.ts';
import type {FlagValues} from './command.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {partitionsOf} from './partition-flags.ts';

/**
 * Where to start by `--from`, `--partition` and `--skip-to-end`. Either one place for all (or for the partitions that are
 * named), or `PARTITION@OFFSET` several times; whatever is not named goes on at the committed offset.
 */
export function startOf({from, partition, skipToEnd}: FlagValues, now: number): StartChoice {
  const places = Array.isArray(from) ? (from as readonly string[]) : [];
  const partitions = partitionsOf(partition);
  const mayPass = skipToEnd === true;
  const offsets = places.map(place => positionIn(place));
  if (offsets.some(each => each !== null)) {
    if (offsets.includes(null) || partitions)
      throw wrong('--from PARTITION@OFFSET goes with nothing but more of its kind.');
    const chosen = offsets.map(each => [each!.partition, offsetChoice(each!.offset, mayPass)] as const);
    if (new Set(chosen.map(([at]) => at)).size < chosen.length)
      throw wrong('--from names a partition twice.');
    return {from: 'several', partitions: new Map(chosen), others: {from: 'committed'}};
  }
  if (places.length > 1)
    throw wrong('--from takes one place, or PARTITION@OFFSET several times (--from 0@113 --from 2@40).');
  if (places.length === 0) {
    if (partitions) throw wrong('--partition says for which partitions --from is; give --from too.');
    return {from: 'committed'};
  }
  const choice = placeOf(places[0]!, mayPass, now);
  if (!partitions) return choice;
  const chosen = new Map(partitions.map(each => [each, choice]));
  return {from: 'several', partitions: chosen, others: {from: 'committed'}};
}

function placeOf(place: string, skipToEnd: boolean, now: number): StartOfOneChoice {
  if (place === 'beginning') return {from: 'beginning'};
  if (place === 'end') return {from: 'end', skipToEnd};
  if (/^\d{1,8}$/.test(place))
    throw wrong(`--from ${place}: an offset is one of a partition, such as --from 0@${place}.`);
  return {from: 'time', time: parseTime(place, now)};
}

function positionIn(place: string): {partition: number; offset: bigint} | null {
  const match = /^(\d{1,9})@(\d{1,18})$/.exec(place);
  return match && {partition: Number(match[1]), offset: BigInt(match[2]!)};
}

function offsetChoice(offset: bigint, skipToEnd: boolean): StartOfOneChoice {
  return {from: 'offset', offset, skipToEnd};
}

function wrong(sentence: string): CommandError {
  return new CommandError(sentence, exitCodes.wrongUse);
}
