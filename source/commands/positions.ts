import type {MoveTarget} from '../flow/moves.ts';
import type {ReadFrom} from '../kafka/read-from.ts';
import type {StartOfOneChoice} from '../kafka/start-choice.ts';
import {parseTime} from '../settings/duration.ts';
import {CommandError, exitCodes} from './exit-codes.ts';

/** A place in each partition. `before-end`: so many offsets before its end; `time`: ms since 1970. */
export type Place =
  | {readonly at: 'beginning'}
  | {readonly at: 'end'}
  | {readonly at: 'before-end'; readonly count: bigint}
  | {readonly at: 'offset'; readonly offset: bigint}
  | {readonly at: 'time'; readonly time: number};

/** One place for all partitions that are meant, or an offset for each that is named, and for no other. */
export type Positions =
  | {readonly for: 'all'; readonly place: Place}
  | {readonly for: 'each'; readonly offsets: ReadonlyMap<number, bigint>};

/** The forms, for helps that have no room for more. */
export const positionForms = 'beginning|end|end-N|OFFSET|PARTITION@OFFSET|TIME';

/**
 * Positions as typed, the same wherever one is asked for: `beginning`, `end`, `end-200` (the last 200 offsets of each
 * partition), an offset (up to 12 digits), a time (ISO 8601, how long ago as `15m` or `-15m`, ms since 1970 as
 * `@1700000000000` or 13 digits), or `1@113` for one partition, which may stand there several times. Throws a CommandError
 * of wrong use; `flag` is what it calls them.
 */
export function positionsOf(texts: readonly string[], now: number, flag: string): Positions {
  const offsets = texts.map(text => /^(\d{1,9})@(\d{1,18})$/.exec(text.trim()));
  if (offsets.some(each => each !== null)) {
    if (offsets.includes(null))
      throw wrong(`${flag} PARTITION@OFFSET goes with nothing but more of its kind.`);
    const chosen = offsets.map(each => [Number(each![1]), BigInt(each![2]!)] as const);
    const byPartition = new Map(chosen);
    if (byPartition.size < chosen.length) throw wrong(`${flag} names a partition twice.`);
    return {for: 'each', offsets: byPartition};
  }
  const [text, ...more] = texts;
  if (more.length > 0)
    throw wrong(`${flag} takes one place, or PARTITION@OFFSET several times (${flag} 0@113 ${flag} 2@40).`);
  return {for: 'all', place: placeOf((text ?? '').trim(), now)};
}

function placeOf(text: string, now: number): Place {
  if (text === 'beginning' || text === 'end') return {at: text};
  const [, count] = /^end-(\d{1,18})$/.exec(text) ?? [];
  if (count !== undefined) return {at: 'before-end', count: BigInt(count)};
  if (/^\d{1,12}$/.test(text)) return {at: 'offset', offset: BigInt(text)};
  const time = parseTime(text, now);
  if (time !== null) return {at: 'time', time};
  throw wrong(
    `"${text}" is no place to begin; give beginning, end, end-200 (the last 200 of each partition), an offset, PARTITION@OFFSET, or a time: ISO 8601 (2026-11-23T08:00:00Z), how long ago (15m, 2h, 1d), or ms since 1970 (@1700000000000, or 13 digits).`,
  );
}

/** Refuses `--partition` beside positions that name their partitions themselves. */
export function checkPartitionsOnce(
  positions: Positions,
  partitions: readonly number[] | null,
  flag: string,
): void {
  if (positions.for === 'each' && partitions !== null)
    throw wrong(`${flag} PARTITION@OFFSET goes with nothing but more of its kind.`);
}

/** Where reading without a group begins. */
export function readFromOf(positions: Positions): ReadFrom {
  if (positions.for === 'each') return {from: 'offsets', offsets: positions.offsets};
  const {place} = positions;
  switch (place.at) {
    case 'beginning':
      return {from: 'beginning'};
    case 'end':
      return {from: 'before-end', count: 0n};
    case 'before-end':
      return {from: 'before-end', count: place.count};
    case 'offset':
      return {from: 'offset', offset: place.offset};
    case 'time':
      return {from: 'time', time: place.time};
  }
}

/** Where a group's committed offsets are to go. */
export function moveTargetOf(positions: Positions): MoveTarget {
  if (positions.for === 'each') return {to: 'offsets', offsets: positions.offsets};
  const {place} = positions;
  switch (place.at) {
    case 'beginning':
    case 'end':
      return {to: place.at};
    case 'before-end':
      return {to: 'before-end', count: place.count};
    case 'offset':
      return {to: 'offset', offset: place.offset};
    case 'time':
      return {to: 'time', time: place.time};
  }
}

/** Where consuming starts in one partition; `skipToEnd`: also past what nobody processed. */
export function startOfOne(place: Place, skipToEnd: boolean): StartOfOneChoice {
  switch (place.at) {
    case 'beginning':
      return {from: 'beginning'};
    case 'end':
      return {from: 'end', skipToEnd};
    case 'before-end':
      return {from: 'before-end', count: place.count, skipToEnd};
    case 'offset':
      return {from: 'offset', offset: place.offset, skipToEnd};
    case 'time':
      return {from: 'time', time: place.time};
  }
}

function wrong(sentence: string): CommandError {
  return new CommandError(sentence, exitCodes.wrongUse);
}
