import {statSync} from 'node:fs';

/** Changes when the file does; empty while it is not there. */
export function versionOf(file: string): string {
  try {
    const {mtimeMs, size, ino} = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return '';
  }
}
