import {basename} from 'node:path';
import type {Failure} from '../../flow/outcome.ts';
import {sayDuration} from '../amounts.ts';
import type {ProgramResult} from './run-program.ts';

/** "Try again later", by the convention of sysexits.h (EX_TEMPFAIL). */
const tryAgain = 75;

/** What a program's end means; null: success, or ended by us through no fault of the message. */
export function failureFromProgram(
  {end, lastErrors}: Pick<ProgramResult, 'end' | 'lastErrors'>,
  timeoutMs: number,
): Failure | null {
  const said = lastLine(lastErrors);
  const where = placeIn(lastErrors);
  switch (end.by) {
    case 'stop':
      return null;
    case 'exit':
      if (end.code === 0) return null;
      return {
        name: `exit ${end.code}`,
        ...(said && {alike: kindIn(said)}),
        message: said ?? 'the program said nothing about it on stderr',
        permanent: end.code !== tryAgain,
        ...(where && {where}),
        ...(said && {stack: lastErrors.trimEnd()}),
      };
    case 'signal':
      return {name: end.signal, message: `the program was ended by ${end.signal}`, permanent: false};
    case 'timeout':
      return {
        name: 'timeout',
        message: `the program did not end within ${sayDuration(timeoutMs)}, and was ended`,
        permanent: false,
      };
    case 'not-started':
      return {
        name: 'not started',
        message: `the program could not be started: ${end.reason}`,
        permanent: false,
      };
  }
}

/**
 * The last line that says something, where the reason usually stands. Below it Node, Java and others print the way to it,
 * and Node its version; those say nothing.
 */
export function lastLine(text: string): string | null {
  const lines = text.split('\n').map(each => each.trim());
  const line = lines.findLast(each => each !== '' && !isTrailer(each)) ?? lines.findLast(each => each !== '');
  return line?.slice(0, 1000) ?? null;
}

function isTrailer(line: string): boolean {
  return /^(at .*[:)]|\.\.\. \d+ (more|common frames omitted)|Node\.js v\d+\..*)/.test(line);
}

/** Names that say no more than that something is wrong. */
const sayNothing = new Set([
  'Error',
  'Exception',
  'RuntimeError',
  'Failed',
  'Failure',
  'Fatal',
  'ERROR',
  'FATAL',
]);

/**
 * What a reason shares with those that are alike: the class of the error where it begins with one (`ValueError: …`,
 * `json.decoder.JSONDecodeError: …`, `Exception in thread "main" java.io.IOException: …`), else all of the line.
 */
export function kindIn(reason: string): string {
  const said = reason.replace(/^(Exception in thread "[^"]*"|Uncaught|Unhandled|Caused by:)\s+/, '');
  const name = /^(?:[A-Za-z_$][\w$]*(?:\.|::))*([A-Z][\w$]*)(?=:|$)/.exec(said)?.[1];
  return name !== undefined && !sayNothing.has(name) ? name : reason.slice(0, 200);
}

/** `process.py:14`: the innermost place that a Python traceback names. */
export function placeIn(text: string): string | null {
  const place = [...text.matchAll(/File "([^"<>]+)", line (\d+)/g)].at(-1);
  return place ? `${basename(place[1]!)}:${place[2]}` : null;
}
