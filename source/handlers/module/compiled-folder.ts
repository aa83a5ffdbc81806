import {mkdirSync, statSync} from 'node:fs';
import module from 'node:module';
import {dirname, join} from 'node:path';

/**
 * What is compiled for the thread is kept where the program's own is, in a folder that nobody else can read; null where the
 * program keeps nothing, or others may write there (where NODE_COMPILE_CACHE names the place). It is checked against the text before it is taken.
 */
export function compiledFolder(): string | null {
  const own = module.getCompileCacheDir?.();
  if (own === undefined) return null;
  const folder = join(dirname(own), 'handlers');
  try {
    mkdirSync(folder, {recursive: true, mode: 0o700});
    return isPrivate(folder) ? folder : null;
  } catch {
    return null;
  }
}

/** Code out of a folder that others may write in is anybody's. On Windows one in the person's own profile is theirs. */
export function isPrivate(folder: string): boolean {
  if (process.platform === 'win32') return true;
  const {mode, uid} = statSync(folder);
  return (mode & 0o077) === 0 && uid === process.getuid!();
}
