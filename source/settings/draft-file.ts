import {mkdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {moveAway} from './move-away.ts';
import {removeAbandoned, writeWhole} from './whole-file.ts';

/** Keeps one draft a topic between runs, in a file that only its owner reads. */
export class DraftFile<Draft> {
  readonly path: string;

  constructor(folder: string, topic: string) {
    this.path = join(folder, 'drafts', `${topic}.json`);
  }

  /** The draft that was kept; null where there is none. Throws a sentence where it cannot be read. */
  read(): Draft | null {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new Error(`The draft ${this.path} cannot be read: ${(error as Error).message}`);
    }
    try {
      return JSON.parse(text) as Draft;
    } catch {
      throw new Error(`The draft ${this.path} is damaged; ${moveAway(this.path)}.`);
    }
  }

  /**
   * Whole or not at all: a crash in between leaves the draft before. Of two terminals on one topic the one that writes
   * last is kept. Throws the system's error.
   */
  write(draft: Draft): void {
    mkdirSync(dirname(this.path), {recursive: true, mode: 0o700});
    removeAbandoned(dirname(this.path));
    writeWhole(this.path, JSON.stringify(draft));
  }
}
