import {lstatSync, mkdirSync, type Stats, statSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import process from 'node:process';

/** Permission to write, for the group and for everybody. */
const othersMayWrite = 0o022;
const everybodyMayWrite = 0o002;
/** In a folder with this bit, as /tmp is, nobody moves away what is another's. */
const sticky = 0o1000;

/**
 * Makes the folder, and those above that are missing, for the person alone, whatever the umask. One that is there stays as
 * it is: what others may have put there is not undone by closing it. Throws where it cannot be made.
 */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, {recursive: true, mode: 0o700});
}

/**
 * Why what lies in this folder is not to be believed, as a clause for the person: it, or one above it, is another's, or
 * others may write in it. null: only the person, and who is root anyway, can have put something there. On Windows a
 * folder in the person's own profile is theirs.
 */
export function whyShared(folder: string): string | null {
  if (process.platform === 'win32') return null;
  const own = process.getuid!();
  const path = resolve(folder);
  const last = statSync(path);
  if (last.uid !== own) return `${path} belongs to another user`;
  if ((last.mode & othersMayWrite) !== 0) return `others may write in ${path}`;
  for (let above = dirname(path); ; above = dirname(above)) {
    const {uid, mode} = linkOrFolder(above);
    if (uid !== own && uid !== 0) return `${above} belongs to another user`;
    if ((mode & everybodyMayWrite) !== 0 && (mode & sticky) === 0) return `everybody may write in ${above}`;
    if (above === dirname(above)) return null;
  }
}

/** What a link leads to, and whoever made the link could lead it elsewhere. */
function linkOrFolder(path: string): Pick<Stats, 'uid' | 'mode'> {
  const link = lstatSync(path);
  if (!link.isSymbolicLink()) return link;
  const {uid, mode} = statSync(path);
  return {uid: link.uid === 0 ? uid : link.uid, mode};
}
