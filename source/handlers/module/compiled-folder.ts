import {mkdirSync} from 'node:fs';
import module from 'node:module';
import {dirname, join} from 'node:path';

/**
 * What is compiled for the thread is kept where the program's own is, in a folder that nobody else can read; null where the
 * program keeps nothing. It is checked against the text before it is taken.
 */
export function compiledFolder(): string | null {
  const own = module.getCompileCacheDir?.();
  if (own === undefined) return null;
  const folder = join(dirname(own), 'handlers');
  try {
    mkdirSync(folder, {recursive: true, mode: 0o700});
    return folder;
  } catch {
    return null;
  }
}
