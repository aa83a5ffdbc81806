import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {delimiter, join, resolve} from 'node:path';

/** Rejects with a sentence when the program cannot be run; what has a slash is a path, the rest is looked for on PATH. */
export async function checkProgram(program: string, path = process.env.PATH ?? ''): Promise<void> {
  // Windows finds programs by rules of its own; there the first start tells.
  if (process.platform === 'win32') return;
  if (program.includes('\0')) throw new Error('The program has a NUL character in its name.');
  if (program.includes('/')) {
    const reason = await whyNotRunnable(resolve(program));
    if (reason) throw new Error(`The program ${program} cannot be run: ${reason}.`);
    return;
  }
  for (const folder of path.split(delimiter)) {
    if ((await whyNotRunnable(join(folder || '.', program))) === null) return;
  }
  throw new Error(`There is no program ${program} on the PATH; give its path, or install it.`);
}

async function whyNotRunnable(file: string): Promise<string | null> {
  try {
    if ((await stat(file)).isDirectory()) return `${file} is a folder`;
    await access(file, constants.X_OK);
    return null;
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    return code === 'EACCES' ? `${file} is not executable (chmod +x)` : `${file} is not there`;
  }
}
