import {createHash, randomUUID} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {isPrivate} from '../compiled-folder.ts';

/** More than so many are made fewer, down to half. */
const most = 1000;

/**
 * What was compiled before, by a hash of all that it was made of: the same text is not compiled twice, and a changed one is
 * never taken for what it was. In a folder that only the person can read or write: code out of a shared one is anybody's.
 */
export class CompiledTexts {
  readonly #folder: string;
  #isCounted = false;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** null: nothing can be kept in that folder, or it is not the person's alone. */
  static in(parent: string | null): CompiledTexts | null {
    if (parent === null) return null;
    const folder = join(parent, 'texts');
    try {
      mkdirSync(folder, {recursive: true, mode: 0o700});
      return isPrivate(folder) ? new CompiledTexts(folder) : null;
    } catch {
      return null;
    }
  }

  /** The text that was made of these, made now where it was not before. */
  of(made: readonly unknown[], make: () => string): string {
    const file = join(this.#folder, `${createHash('sha256').update(JSON.stringify(made)).digest('hex')}.js`);
    try {
      return readFileSync(file, 'utf8');
    } catch {
      // It is not there.
    }
    const text = make();
    this.#keep(file, text);
    return text;
  }

  /** Whole or not at all. What cannot be kept is compiled again next time. */
  #keep(file: string, text: string): void {
    const unfinished = `${file}.${randomUUID()}`;
    try {
      if (!this.#isCounted) this.#makeRoom();
      this.#isCounted = true;
      writeFileSync(unfinished, text, {mode: 0o600});
      renameSync(unfinished, file);
    } catch {
      // Nothing depends on it.
    }
  }

  #makeRoom(): void {
    const files = readdirSync(this.#folder).map(name => join(this.#folder, name));
    if (files.length <= most) return;
    const byAge = files
      .map(file => ({file, at: statSync(file, {throwIfNoEntry: false})?.mtimeMs ?? 0}))
      .sort((left, right) => left.at - right.at);
    for (const {file} of byAge.slice(0, files.length - most / 2)) unlinkSync(file);
  }
}
