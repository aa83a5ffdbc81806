import {appendFileSync, closeSync, mkdirSync, openSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {partOfFileName} from './part-of-file-name.ts';

const flushSize = 64 * 1024;
/** Files of earlier runs that are kept. */
const mostFiles = 20;

/** The results of one run in bulk, a line each, in the state folder; written in blocks, older files are removed. */
export class ResultFile {
  #path: string;
  #waiting: string[] = [];
  #size = 0;
  #problem: string | null = null;

  constructor(stateFolder: string, topic: string, now: number) {
    const folder = join(stateFolder, 'bulk');
    this.#path = pathAt(folder, topic, now);
    try {
      mkdirSync(folder, {recursive: true, mode: 0o700});
      removeOldest(folder);
      // Another terminal may begin a run in the same millisecond.
      for (let at = now; !isOurs(this.#path); at++) this.#path = pathAt(folder, topic, at + 1);
    } catch (error) {
      this.#lose(error);
    }
  }

  get path(): string {
    return this.#path;
  }

  write(line: string): void {
    this.#waiting.push(line);
    this.#size += line.length;
    if (this.#size > flushSize) this.#flush();
  }

  /** Writes what is left; a sentence where not all could be written. */
  close(): string | null {
    this.#flush();
    return this.#problem;
  }

  #flush(): void {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#size = 0;
    if (this.#problem !== null || text === '') return;
    try {
      appendFileSync(this.#path, text, {mode: 0o600});
    } catch (error) {
      this.#lose(error);
    }
  }

  #lose(error: unknown): void {
    this.#problem = `Not all results could be written to ${this.#path}: ${(error as Error).message}`;
  }
}

function pathAt(folder: string, topic: string, ms: number): string {
  return join(folder, `${partOfFileName(topic)}-${new Date(ms).toISOString().replace(/[:.]/g, '-')}.jsonl`);
}

/** Makes the file; false where somebody else has it already. */
function isOurs(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** By the time that their names end with. */
function removeOldest(folder: string): void {
  const timeOf = (name: string) => name.slice(-'2026-01-01T00-00-00-000Z.jsonl'.length);
  const names = readdirSync(folder)
    .filter(name => name.endsWith('Z.jsonl'))
    .sort((left, right) => (timeOf(left) < timeOf(right) ? -1 : 1));
  for (const name of names.slice(0, Math.max(0, names.length - mostFiles + 1))) {
    // Another terminal may have removed it just before.
    rmSync(join(folder, name), {force: true});
  }
}
