import {randomUUID} from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';

/** A write takes milliseconds: what is unfinished for longer was left by a program that was killed. */
const abandonedAfter = 10 * 60_000;
/** `.next` alone is how earlier versions named them. */
const unfinishedName = /^\.[0-9a-f-]{36}\.next$|\.jsonl?\.next$/;
/** File systems that know no hard links say one of these. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

const cleaned = new Set<string>();

/**
 * Replaces a file whole or not at all, for its owner only. Others that write it at the same time, and who reads it
 * meanwhile, get one whole text or the other: what is unfinished has a name of its own (not made of the file's, which may
 * be as long as a name can be). It is on the disk before the name changes, so that a power cut leaves no empty file.
 * Throws the system's error; then the file is as it was.
 */
export function writeWhole(path: string, text: string): void {
  withUnfinished(path, text, unfinished => renameSync(unfinished, path));
}

/** The same for a file that must not be there yet. Throws EEXIST where it is. */
export function writeNewWhole(path: string, text: string | Buffer): void {
  withUnfinished(path, text, unfinished => {
    try {
      linkSync(unfinished, path);
    } catch (error) {
      if (!withoutLinks.has((error as NodeJS.ErrnoException).code!)) throw error;
      copyFileSync(unfinished, path, constants.COPYFILE_EXCL);
    }
    rmSync(unfinished);
  });
}

function withUnfinished(path: string, text: string | Buffer, finish: (unfinished: string) => void): void {
  const unfinished = join(dirname(path), `.${randomUUID()}.next`);
  try {
    const file = openSync(unfinished, 'wx', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    finish(unfinished);
  } catch (error) {
    rmSync(unfinished, {force: true});
    throw error;
  }
}

/** Removes what killed programs left unfinished in a folder of the program's own; once a run. */
export function removeAbandoned(folder: string, now = Date.now()): void {
  if (cleaned.has(folder)) return;
  cleaned.add(folder);
  try {
    for (const name of readdirSync(folder)) {
      if (!unfinishedName.test(name)) continue;
      const path = join(folder, name);
      const found = statSync(path, {throwIfNoEntry: false});
      if (found && now - found.mtimeMs > abandonedAfter) rmSync(path, {force: true});
    }
  } catch {
    // The folder is not there yet, or nothing may be removed: nothing depends on it.
  }
}
