import {appendFileSync, mkdirSync, renameSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {safeJson} from '../payload/safe-text.ts';
import {oneAtATime} from './one-at-a-time.ts';

const mostBytes = 5 * 1024 * 1024;
const files = 5;
const flushInterval = 500;

/**
 * The log: JSON lines in the state folder, `kafka-notify.log`, and four older ones; 5 MiB each. Lines are collected and
 * written twice a second, in one piece, so that the lines of several terminals stay whole. A folder that cannot be written
 * costs the log, never the program.
 */
export class LogFile {
  readonly path: string;
  #lines: string[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #folder: string;
  #isOpen = false;

  constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, 'kafka-notify.log');
  }

  write(entry: Readonly<Record<string, unknown>>): void {
    // Somebody will read it on a terminal.
    this.#lines.push(`${safeJson(JSON.stringify(entry))}\n`);
    this.#timer ??= setTimeout(() => this.flush(), flushInterval).unref();
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const text = this.#lines.join('');
    this.#lines = [];
    if (text === '') return;
    try {
      if (!this.#isOpen) mkdirSync(this.#folder, {recursive: true, mode: 0o700});
      this.#isOpen = true;
      this.#rotateWhereFull();
      appendFileSync(this.path, text, {mode: 0o600});
    } catch {
      // Nobody can be told where: the log is what would tell.
    }
  }

  /** Other terminals write the same log: its size is the file's, and only one of them rotates it. */
  #rotateWhereFull(): void {
    if (!this.#isFull()) return;
    try {
      oneAtATime(this.path, () => {
        if (this.#isFull()) this.#rotate();
      });
    } catch {
      // Then the file grows, and what is to be told stays told.
    }
  }

  #isFull(): boolean {
    return (statSync(this.path, {throwIfNoEntry: false})?.size ?? 0) > mostBytes;
  }

  #rotate(): void {
    rmSync(`${this.path}.${files - 1}`, {force: true});
    for (let at = files - 2; at >= 0; at--) {
      const from = at === 0 ? this.path : `${this.path}.${at}`;
      if (statSync(from, {throwIfNoEntry: false})) renameSync(from, `${this.path}.${at + 1}`);
    }
  }
}
