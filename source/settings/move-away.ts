import {renameSync} from 'node:fs';

/**
 * Moves a damaged file to `<path>.damaged`, where somebody may still mend it, and out of the way of what works. Answers what
 * became of it, as the end of a sentence.
 */
export function moveAway(path: string): string {
  const away = `${path}.damaged`;
  try {
    renameSync(path, away);
    return `it was moved to ${away}`;
  } catch (error) {
    // Another terminal may have moved it just before.
    return `it could not be moved away: ${(error as Error).message}`;
  }
}
