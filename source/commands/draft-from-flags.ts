import type {Draft, DraftHeader} from '../flow/delivery.ts';
import {checkJson} from '../payload/check-json.ts';
import {checkUtf8, sayNotUtf8} from '../payload/check-utf8.ts';
import type {FlagValues} from './command.ts';
import {CommandError, exitCodes} from './exit-codes.ts';

/** What is the same for every record of one call. */
export function draftFrame(flags: FlagValues, topic: string): Omit<Draft, 'value'> {
  const {key, header, partition} = flags;
  if (partition !== undefined && (!Number.isInteger(partition) || (partition as number) < 0)) {
    throw new CommandError('--partition takes a whole number from 0 on.', exitCodes.wrongUse);
  }
  return {
    topic,
    key: typeof key === 'string' ? Buffer.from(key) : null,
    headers: ((header as readonly string[] | undefined) ?? []).map(headerOf),
    ...(partition !== undefined && {partition: partition as number}),
  };
}

/** `name=value`, in the person's order; without `=` the value is null, which is not the empty one of `name=`. */
function headerOf(text: string): DraftHeader {
  const at = text.indexOf('=');
  if (at === 0)
    throw new CommandError(
      `The header "${text}" has no name; it takes the form name=value.`,
      exitCodes.wrongUse,
    );
  return at < 0
    ? {name: text, value: null}
    : {name: text.slice(0, at), value: Buffer.from(text.slice(at + 1))};
}

/** The bytes, verbatim, when they are JSON; else a CommandError with line:column, the byte offset where it helps, and the reason. */
export function checkedJson(bytes: Buffer, what: string): Buffer {
  const decoded = checkUtf8(bytes);
  if (!decoded.valid) {
    throw new CommandError(
      `${what} is ${sayNotUtf8(decoded)}. Nothing was sent. --raw sends any bytes.`,
      exitCodes.wrongUse,
    );
  }
  const check = checkJson(decoded.text);
  if (check.valid) return bytes;
  const {line, column, reason, isByteOrderMark} = check;
  const place = isByteOrderMark ? '1:1 (byte offset 0)' : `${line}:${column}`;
  const help = isByteOrderMark ? ' --raw sends any bytes.' : '';
  throw new CommandError(
    `${what} is not JSON at ${place}: ${reason}. Nothing was sent.${help}`,
    exitCodes.wrongUse,
  );
}
