import {clockTime, type Journal} from './journal.ts';
import type {Violation} from './violation.ts';

/** The same for a violation that is found again when more is known. */
export function identityOf(violation: Violation): string {
  const {kind, partition} = violation;
  switch (kind) {
    case 'lost':
      return `${kind} ${partition} ${violation.from}`;
    case 'stuck':
      return `${kind} ${partition} ${violation.committed} ${violation.since}`;
    case 'passed':
    case 'lowered':
      return `${kind} ${partition} ${violation.from} ${violation.at}`;
    case 'again':
      return `${kind} ${partition} ${violation.member} ${violation.met} ${violation.from}`;
  }
}

/** One violation as a sentence with its times. */
export function sentenceOf(violation: Violation): string {
  const {partition, at} = violation;
  switch (violation.kind) {
    case 'lost':
      return `partition ${partition}: ${offsetsOf(violation)} never finished by the end, ${violation.from < violation.committed ? 'and passed: ' : 'and not passed: '}the commit is ${violation.committed}`;
    case 'passed': {
      const {finally: later} = violation;
      const then = later === null ? 'and were not at the end' : `and were by ${clockTime(later)}`;
      return `partition ${partition}: at ${clockTime(at)} the commit was ${violation.committed}, above ${offsetsOf(violation)}, which were not finished by then ${then}`;
    }
    case 'lowered':
      return `partition ${partition}: at ${clockTime(at)} the commit had fallen from ${violation.from} to ${violation.to}`;
    case 'stuck':
      return `partition ${partition}: the commit stood at ${violation.committed} from ${clockTime(violation.since)} to ${clockTime(at)} and on, with the end at ${violation.end}`;
    case 'again':
      return `partition ${partition}: ${violation.member}, which met the group at ${clockTime(violation.met)}, processed ${offsetsOf(violation)} again from ${clockTime(at)}; the commit had passed them by ${clockTime(violation.passedAt)}`;
  }
}

/** What happened to the group and to the broker around a violation. */
export function contextOf(violation: Violation, journal: Journal, group: string): string[] {
  const from =
    violation.kind === 'again'
      ? violation.passedAt
      : violation.kind === 'stuck'
        ? violation.since
        : violation.at;
  return journal.between(from - 30_000, violation.at + 2000, 15, group).map(line => `    ${line}`);
}

function offsetsOf({from, to}: {readonly from: number; readonly to: number}): string {
  return from === to ? `offset ${from}` : `offsets ${from} to ${to} (${to - from + 1})`;
}
