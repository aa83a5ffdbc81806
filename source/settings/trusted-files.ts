import {createHash} from 'node:crypto';
import {statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {makePrivateFolder, whyShared} from './private-folder.ts';

/**
 * Files that the person has said they trust, each as it was then: one file for each, named by a hash of path and content,
 * as direnv does it. A changed file, or the same one elsewhere, is not trusted.
 */
export class TrustedFiles {
  readonly #folder: string;

  constructor(configurationFolder: string) {
    this.#folder = join(configurationFolder, 'trusted');
  }

  has(path: string, content: string): boolean {
    try {
      return statSync(this.#markOf(path, content)).isFile() && whyShared(this.#folder) === null;
    } catch {
      return false;
    }
  }

  /** Throws where it cannot be kept. */
  add(path: string, content: string): void {
    makePrivateFolder(this.#folder);
    writeFileSync(this.#markOf(path, content), `${path}\n`, {mode: 0o600});
  }

  #markOf(path: string, content: string): string {
    return join(this.#folder, createHash('sha256').update(`${path}\0${content}`).digest('hex'));
  }
}
