import {CommandError, exitCodes} from '../exit-codes.ts';

/** A flag that takes a number above 0; null: it was left out. */
export function positiveNumber(flag: string, value: unknown): number | null {
  if (value === undefined) return null;
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
  throw new CommandError(`--${flag} takes a number above 0.`, exitCodes.wrongUse);
}

/** A flag that takes a whole number from 1 on; null: it was left out. */
export function positiveCount(flag: string, value: unknown): number | null {
  const number = positiveNumber(flag, value);
  if (number === null || Number.isSafeInteger(number)) return number;
  throw new CommandError(`--${flag} takes a whole number from 1 on.`, exitCodes.wrongUse);
}
