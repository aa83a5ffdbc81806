import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseEnv} from 'node:util';
import {SettingsError} from './settings.ts';

export type DotEnv = {
  readonly path: string;
  /** Its content; empty where there is none. */
  readonly text: string;
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Sentences about what may not be what was meant. */
  readonly warnings: readonly string[];
};

/** Reads `.env` in the folder; none there is no error. */
export function readDotEnv(folder: string): DotEnv {
  const path = join(folder, '.env');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {path, text: '', values: {}, warnings: []};
    throw new SettingsError(`${path} cannot be read: ${(error as Error).message}`);
  }
  return {path, text, values: parseEnv(text), warnings: cutValues(text).map(name => cutWarning(path, name))};
}

/** Names whose value stands without quotes and holds a #, which begins a comment: what follows is cut off. */
function cutValues(text: string): string[] {
  return [...text.matchAll(/^\s*(?:export\s+)?([\w.-]+)\s*=\s*([^\s'"`][^\n]*?#.*)$/gm)].map(
    match => match[1]!,
  );
}

function cutWarning(path: string, name: string): string {
  return `In ${path}, the value of ${name} is cut at its #; put it in quotes if the # belongs to it.`;
}
