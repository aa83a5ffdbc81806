import {appendFileSync, mkdirSync, renameSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';

const mostBytes = 5 * 1024 * 1024;
const files = 5;
const flushInterval = 500;

/**
 * The log: JSON lines in the state folder, `kafka-notify.log`, and four older ones; 5 MiB each. Lines are collected and
 * written twice a second. A folder that cannot be written costs the log, never the program.
 */
export class LogFile {
  readonly path: string;
  #lines: string[] = [];
  #timer: NodeJS.Timeout | null = null;
  #size = -1;

  constructor(folder: string) {
    this.path = join(folder, 'kafka-notify.log');
  }

  write(entry: Readonly<Record<string, unknown>>): void {
    this.#lines.push(`${JSON.stringify(entry)}\n`);
    this.#timer ??= setTimeout(() => this.flush(), flushInterval).unref();
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const text = this.#lines.join('');
    this.#lines = [];
    if (text === '') return;
    try {
      if (this.#size < 0) this.#open();
      if (this.#size > mostBytes) this.#rotate();
      appendFileSync(this.path, text, {mode: 0o600});
      this.#size += Buffer.byteLength(text);
    } catch {
      // Nobody can be told where: the log is what would tell.
    }
  }

  #open(): void {
    mkdirSync(join(this.path, '..'), {recursive: true, mode: 0o700});
    this.#size = statSync(this.path, {throwIfNoEntry: false})?.size ?? 0;
  }

  #rotate(): void {
    rmSync(`${this.path}.${files - 1}`, {force: true});
    for (let at = files - 2; at >= 0; at--) {
      const from = at === 0 ? this.path : `${this.path}.${at}`;
      if (statSync(from, {throwIfNoEntry: false})) renameSync(from, `${this.path}.${at + 1}`);
    }
    this.#size = 0;
  }
}
