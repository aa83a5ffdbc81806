import module from 'node:module';
import {join} from 'node:path';
import process from 'node:process';
import {makePrivateFolder, whyShared} from './private-folder.ts';

/**
 * What one start has compiled, the next need not: it is kept in the state folder, as code that is run as it is. So it is
 * neither read nor written where anybody else can have put it there.
 */
export function keepCompiled(stateFolder: string): void {
  const folder = compiledIn(stateFolder);
  // Node makes folders and files by the umask.
  const umask = process.umask(0o077);
  try {
    makePrivateFolder(folder);
    if (whyNotKept(stateFolder) !== null) return;
    module.enableCompileCache?.(folder);
    // They are written after everything else.
    process.once('exit', () => process.umask(0o077));
  } catch {
    // It is only slower.
  } finally {
    process.umask(umask);
  }
}

/** Why nothing compiled is kept, as a sentence that says what to do; null: it is kept, or there is nothing yet. */
export function whyNotKept(stateFolder: string): string | null {
  const folder = compiledIn(stateFolder);
  try {
    const reason = whyShared(stateFolder) ?? whyShared(folder);
    return (
      reason &&
      `Nothing compiled is kept, so each start is slower: ${reason}. Remove ${folder}, and close ${stateFolder} to others (chmod 700).`
    );
  } catch {
    return null;
  }
}

function compiledIn(stateFolder: string): string {
  return join(stateFolder, 'compiled');
}
