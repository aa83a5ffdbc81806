import {createHash} from 'node:crypto';
import {closeSync, openSync, rmSync, statSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';

/** What is done under the lock takes milliseconds: who held it for longer was killed. */
const abandonedAfter = 10_000;

/**
 * Runs `act` unless another process does so with this file just now, and says whether it ran. It never waits: it is for
 * tidying, which the other one does as well. A lock that a killed process left is taken away.
 */
export function oneAtATime(path: string, act: () => void): boolean {
  // Of a fixed length: the file's own name may be as long as a name can be.
  const short = createHash('sha256').update(basename(path)).digest('hex').slice(0, 16);
  const lock = join(dirname(path), `.${short}.lock`);
  if (!taken(lock)) return false;
  try {
    act();
  } finally {
    rmSync(lock, {force: true});
  }
  return true;
}

function taken(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const held = statSync(lock, {throwIfNoEntry: false});
  // Only taken away: whoever comes next, may.
  if (held && Math.abs(Date.now() - held.mtimeMs) > abandonedAfter) rmSync(lock, {force: true});
  return false;
}
