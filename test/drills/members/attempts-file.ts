import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import type {Attempt} from './history.ts';

/** One line of the file that all handlers of a group append to. */
export function attemptLine(attempt: Attempt): string {
  const {partition, offset, member, outcome, began, ended} = attempt;
  return `${partition} ${offset} ${member} ${attempt.attempt} ${began} ${ended} ${outcome}\n`;
}

/** Throws an Error on a line that no handler wrote. */
export function readAttempt(line: string): Attempt {
  const match =
    /^(\d+) (\d+) (\S+) (\d+) (\d+) (\d+) (processed|failed|failed-for-good)$/.exec(line) ??
    fail(`"${line}" is no line of an attempt`);
  const [, partition, offset, member, attempt, began, ended, outcome] = match as unknown as string[];
  return {
    partition: Number(partition),
    offset: Number(offset),
    member: member!,
    attempt: Number(attempt),
    began: Number(began),
    ended: Number(ended),
    outcome: outcome as Attempt['outcome'],
  };
}

/** Reads what has been appended since it was last asked. */
export class AttemptsFile {
  readonly #path: string;
  #at = 0;
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  readNew(): Attempt[] {
    const file = openSync(this.#path, 'r');
    try {
      const bytes = Buffer.alloc(fstatSync(file).size - this.#at);
      this.#at += readSync(file, bytes, 0, bytes.length, this.#at);
      const lines = (this.#rest + bytes.toString('latin1')).split('\n');
      this.#rest = lines.pop()!;
      return lines.map(readAttempt);
    } finally {
      closeSync(file);
    }
  }
}

function fail(sentence: string): never {
  throw new Error(sentence);
}
