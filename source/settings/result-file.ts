import {appendFileSync, mkdirSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';

const flushSize = 64 * 1024;
/** Files of earlier runs that are kept. */
const mostFiles = 20;

/** The results of one run in bulk, a line each, in the state folder; written in blocks, older files are removed. */
export class ResultFile {
  readonly path: string;
  #waiting: string[] = [];
  #size = 0;
  #problem: string | null = null;

  constructor(stateFolder: string, topic: string, now: number) {
    const folder = join(stateFolder, 'bulk');
    this.path = join(folder, `${topic}-${new Date(now).toISOString().replace(/[:.]/g, '-')}.jsonl`);
    try {
      mkdirSync(folder, {recursive: true, mode: 0o700});
      removeOldest(folder);
    } catch (error) {
      this.#lose(error);
    }
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
      appendFileSync(this.path, text, {mode: 0o600});
    } catch (error) {
      this.#lose(error);
    }
  }

  #lose(error: unknown): void {
    this.#problem = `Not all results could be written to ${this.path}: ${(error as Error).message}`;
  }
}

/** By the time that their names end with. */
function removeOldest(folder: string): void {
  const timeOf = (name: string) => name.slice(-'2026-01-01T00-00-00-000Z.jsonl'.length);
  const names = readdirSync(folder)
    .filter(name => name.endsWith('Z.jsonl'))
    .sort((left, right) => (timeOf(left) < timeOf(right) ? -1 : 1));
  for (const name of names.slice(0, Math.max(0, names.length - mostFiles + 1))) rmSync(join(folder, name));
}
