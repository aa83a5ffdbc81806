import {mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** What was published once, and when (ms since 1970). */
export type Past<Draft> = {readonly at: number; readonly draft: Draft};

/**
 * Keeps the last drafts of a topic that were published, the newest first, in a file that only its owner reads; bounded by
 * number and size. One that was published before moves to the front.
 */
export class HistoryFile<Draft> {
  readonly path: string;
  readonly #most: number;
  readonly #mostBytes: number;

  readonly #isDraft: (value: unknown) => value is Draft;

  constructor(
    folder: string,
    topic: string,
    isDraft: (value: unknown) => value is Draft,
    {most = 100, mostBytes = 1024 * 1024} = {},
  ) {
    this.path = join(folder, 'history', `${topic}.jsonl`);
    this.#isDraft = isDraft;
    this.#most = most;
    this.#mostBytes = mostBytes;
  }

  /** What was kept, and a sentence where some of it cannot be read; damaged lines are left out. */
  read(): {readonly past: readonly Past<Draft>[]; readonly problem: string | null} {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {past: [], problem: null};
      return {past: [], problem: `The history ${this.path} cannot be read: ${(error as Error).message}`};
    }
    const lines = text.split('\n').filter(line => line !== '');
    const past = lines.map(line => this.#pastFrom(line)).filter(each => each !== null);
    if (past.length === lines.length) return {past, problem: null};
    const away = this.#moveAway();
    this.#write(past.map(each => `${JSON.stringify(each)}\n`));
    return {
      past,
      problem: `${lines.length - past.length} of ${lines.length} drafts in the history are damaged and left out${away}.`,
    };
  }

  /** Adds one; what another run of the program added meanwhile stays. Throws where it cannot be written. */
  add(draft: Draft, at: number): void {
    const same = JSON.stringify(draft);
    const kept: string[] = [];
    let bytes = 0;
    for (const each of [{at, draft}, ...this.read().past]) {
      if (kept.length > 0 && JSON.stringify(each.draft) === same) continue;
      const line = `${JSON.stringify(each)}\n`;
      bytes += Buffer.byteLength(line);
      if (bytes > this.#mostBytes || kept.length === this.#most) break;
      kept.push(line);
    }
    // One that is too large alone must not cost what was kept before.
    if (kept.length > 0) this.#write(kept);
  }

  #write(lines: readonly string[]): void {
    mkdirSync(dirname(this.path), {recursive: true, mode: 0o700});
    const next = `${this.path}.next`;
    writeFileSync(next, lines.join(''), {mode: 0o600});
    renameSync(next, this.path);
  }

  /** Where somebody may still mend it. */
  #moveAway(): string {
    try {
      renameSync(this.path, `${this.path}.damaged`);
      return `; the file was moved to ${this.path}.damaged`;
    } catch {
      return '';
    }
  }

  #pastFrom(line: string): Past<Draft> | null {
    try {
      const {at, draft} = JSON.parse(line) as {at: unknown; draft: unknown};
      return typeof at === 'number' && this.#isDraft(draft) ? {at, draft} : null;
    } catch {
      return null;
    }
  }
}
