import {type FSWatcher, statSync, watch} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {versionOf} from './file-version.ts';
import type {UsedFile} from './loading/used-files.ts';

/** Editors write a file in several steps, and several files at once: looked at when left alone this long, in ms. */
const quiet = 80;
/** How often folders are looked at that cannot be watched, or are not there, in ms. */
const lookInterval = 500;

/** Files that are told of when they were saved. Their folders are watched, not the files: editors replace them. */
export class WatchedFiles {
  readonly #onSaved: (files: readonly string[]) => void;
  readonly #files = new Map<string, {version: string; readonly folder: string}>();
  readonly #folders = new Map<string, FSWatcher | null>();
  #timer: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | null = null;
  #closed = false;
  /** Any file saved beside those that are watched counts: one that is missing may have come. */
  anyBeside = false;
  #beside = new Set<string>();

  /** Several files that are saved together are told together. */
  constructor(onSaved: (files: readonly string[]) => void) {
    this.#onSaved = onSaved;
  }

  /** The version that was read: if there is another by now, that is told. */
  add(files: Iterable<UsedFile>): void {
    if (this.#closed) return;
    for (const {file, version} of files) {
      const folder = folderOf(file);
      this.#files.set(file, {version, folder});
      this.#watch(folder);
      if (versionOf(file) !== version) this.#soon();
    }
  }

  /** Forgets all others. */
  keepOnly(files: ReadonlyMap<string, UsedFile>): void {
    for (const file of this.#files.keys()) if (!files.has(file)) this.#files.delete(file);
    const folders = new Set([...this.#files.values()].map(({folder}) => folder));
    for (const [folder, watcher] of this.#folders) {
      if (folders.has(folder)) continue;
      watcher?.close();
      this.#folders.delete(folder);
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#look) clearInterval(this.#look);
    for (const watcher of this.#folders.values()) watcher?.close();
    this.#folders.clear();
  }

  #watch(folder: string): void {
    if (this.#folders.get(folder)) return;
    const watcher = this.#begin(folder);
    this.#folders.set(folder, watcher);
    if (!watcher) this.#look ??= setInterval(() => this.#lookAgain(), lookInterval).unref();
  }

  /** null: it cannot be watched now; its files are looked at from time to time instead. */
  #begin(folder: string): FSWatcher | null {
    const identity = identityOf(folder);
    try {
      const watcher = watch(folder, {persistent: false}, (event, name) => {
        // A folder that was replaced is watched no more, and nothing says so.
        if (event === 'rename' && identityOf(folder) !== identity) this.#lost(folder);
        this.#heard(folder, name);
      });
      watcher.on('error', () => this.#lost(folder));
      return watcher;
    } catch {
      return null;
    }
  }

  #heard(folder: string, name: string | null): void {
    const isOurs =
      name === null ||
      [...this.#files].some(([file, known]) => known.folder === folder && basename(file) === name);
    // Without an extension it may be a folder that is still to be filled.
    if (this.anyBeside && !isOurs && /^[^.]+$|\.([cm]?[jt]sx?|json)$/.test(name))
      this.#beside.add(join(folder, name));
    if (isOurs || this.#beside.size > 0) this.#soon();
  }

  #lost(folder: string): void {
    this.#folders.get(folder)?.close();
    if (this.#closed || !this.#folders.has(folder)) return;
    this.#folders.set(folder, null);
    this.#look ??= setInterval(() => this.#lookAgain(), lookInterval).unref();
  }

  #lookAgain(): void {
    let allWatched = true;
    for (const [folder, watcher] of this.#folders) {
      if (watcher) continue;
      const again = this.#begin(folder);
      this.#folders.set(folder, again);
      if (!again) allWatched = false;
    }
    if (allWatched && this.#look) {
      clearInterval(this.#look);
      this.#look = null;
    }
    this.#compare();
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#compare(), quiet);
  }

  #compare(): void {
    if (this.#closed) return;
    const saved: string[] = [];
    for (const [file, known] of this.#files) {
      const now = versionOf(file);
      // One that is gone may only be on its way: what it is next, counts.
      if (now === known.version || now === '') continue;
      known.version = now;
      saved.push(file);
    }
    const beside = this.anyBeside ? [...this.#beside] : [];
    this.#beside.clear();
    if (saved.length > 0 || beside.length > 0) this.#onSaved(saved.length > 0 ? saved : beside);
  }
}

/** The file's, or where that is missing the nearest that is there. */
function folderOf(file: string): string {
  let folder = dirname(file);
  while (identityOf(folder) === null && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function identityOf(folder: string): string | null {
  try {
    const {ino, dev} = statSync(folder);
    return `${dev} ${ino}`;
  } catch {
    return null;
  }
}
