import type {ReadFrom} from '../kafka/read-from.ts';
import {parseTime} from '../settings/duration.ts';
import {CommandError, exitCodes} from './exit-codes.ts';

/**
 * Where reading begins, as typed: `beginning`, `end-200` (the last 200 offsets of each partition), an offset, or a time.
 * Up to twelve digits are an offset; more are ms since 1970. Throws a CommandError of wrong use.
 */
export function readFromOf(text: string, now: number): ReadFrom {
  const asked = text.trim();
  if (asked === 'beginning') return {from: 'beginning'};
  const [, count] = /^end-(\d{1,18})$/.exec(asked) ?? [];
  if (count !== undefined) return {from: 'before-end', count: BigInt(count)};
  if (/^\d{1,12}$/.test(asked)) return {from: 'offset', offset: BigInt(asked)};
  try {
    return {from: 'time', time: parseTime(asked, now)};
  } catch {
    throw new CommandError(
      `"${asked}" is no place to begin; give beginning, end-200 (the last 200 of each partition), an offset, or a time: ISO 8601 (2026-11-23T08:00:00Z), ms since 1970, or how long ago (15m, 2h, 1d).`,
      exitCodes.wrongUse,
    );
  }
}
