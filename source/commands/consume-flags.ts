import process from 'node:process';
import type {OnFailure} from '../flow/failure-policy.ts';
import {faultsFrom, type InjectedFaults} from '../flow/faults.ts';
import {splitCommandLine} from '../handlers/command/split-command-line.ts';
import type {HandlerChoice} from '../handlers/index.ts';
import type {StartChoice} from '../kafka/start-choice.ts';
import {parseDuration} from '../settings/duration.ts';
import type {FlagValues} from './command.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {startOf} from './start-flags.ts';

export type ConsumeOptions = {
  readonly start: StartChoice;
  readonly handler: HandlerChoice;
  /** ms that one message may take; undefined: the handler's default. */
  readonly timeout: number | undefined;
  readonly onFailure: OnFailure;
  readonly retries: number;
  readonly onLost: 'ask' | 'first' | 'end';
  readonly faults: InjectedFaults;
  readonly max: number | null;
  readonly untilEnd: boolean;
  readonly withValue: boolean;
  readonly mayCreate: boolean;
  /** Decisions about held messages are read from stdin. */
  readonly acts: boolean;
  /** Each message waits for an act that lets it begin. */
  readonly step: boolean;
  /** Also where the group is another program's. */
  readonly joinForeignGroup: boolean;
};

/** The flags of `consume`, checked. Throws a CommandError of wrong use. */
export function consumeOptions(flags: FlagValues, now: number): ConsumeOptions {
  return {
    start: startOf(flags, now),
    handler: handlerOf(flags),
    timeout: timeoutOf(flags.timeout),
    onFailure: oneOf('--on-failure', flags.onFailure, ['hold', 'dead-letter', 'skip'], 'hold'),
    retries: wholeNumber('--retries', flags.retries, 0) ?? 2,
    onLost: oneOf('--on-lost', flags.onLost, ['ask', 'first', 'end'], 'ask'),
    faults: faultsOf(flags.fault),
    max: wholeNumber('--max', flags.max, 1) ?? null,
    untilEnd: flags.untilEnd === true,
    withValue: flags.withValue === true,
    mayCreate: flags.create !== false,
    acts: flags.acts === true || flags.step === true,
    step: flags.step === true,
    joinForeignGroup: flags.joinForeignGroup === true,
  };
}

/** Which processing code the flags name; at most one way. */
export function handlerOf({handler, exec, execLines, forward, schema}: FlagValues): HandlerChoice {
  const named = Object.entries({
    '--handler': handler,
    '--exec': exec,
    '--exec-lines': execLines,
    '--forward': forward,
    '--schema': schema,
  }).filter(([, value]) => value !== undefined);
  if (named.length > 1) {
    const flags = named.map(([flag]) => flag).join(' and ');
    throw new CommandError(
      `${flags} cannot go together: a message has one processing code.`,
      exitCodes.wrongUse,
    );
  }
  try {
    if (handler !== undefined) return {kind: 'module', path: String(handler)};
    if (exec !== undefined) return {kind: 'command', program: splitCommandLine(String(exec))};
    if (execLines !== undefined) return {kind: 'command-lines', program: splitCommandLine(String(execLines))};
  } catch (error) {
    throw new CommandError((error as Error).message, exitCodes.wrongUse);
  }
  // Everybody on the machine sees the arguments of a program, so that an address with a token may stand in the environment.
  const address = forward ?? (schema === undefined && process.env.KAFKA_NOTIFY_FORWARD);
  if (address) return {kind: 'http', url: String(address)};
  return {kind: 'built-in', ...(schema !== undefined && {schema: String(schema)})};
}

function timeoutOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const ms = parseDuration(String(value));
  if (ms && ms > 0) return ms;
  throw new CommandError('--timeout takes a duration such as 500ms, 30s or 2m.', exitCodes.wrongUse);
}

function faultsOf(words: FlagValues[string]): InjectedFaults {
  try {
    return faultsFrom(Array.isArray(words) ? words : []);
  } catch (error) {
    throw new CommandError(`--fault: ${(error as Error).message}`, exitCodes.wrongUse);
  }
}

function oneOf<Choice extends string>(
  flag: string,
  value: unknown,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  if (value === undefined) return fallback;
  const found = choices.find(choice => choice === value);
  if (found) return found;
  throw new CommandError(`${flag} can be ${choices.join(', ')}; not "${value}".`, exitCodes.wrongUse);
}

function wholeNumber(flag: string, value: unknown, least: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  throw new CommandError(`${flag} takes a whole number from ${least} on.`, exitCodes.wrongUse);
}
