import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {moveAway} from './move-away.ts';
import {makePrivateFolder} from './private-folder.ts';

/** What is kept between runs. Never a secret. */
export type Saved = {
  readonly topic?: string;
  readonly groupPrefix: string;
  readonly partitioner?: string;
};

export const savedDefaults = {groupPrefix: 'notify'} as const;

const name = 'kafka-notify';

/**
 * What was saved, else the defaults, and a sentence where it cannot be read: what was only remembered stops nobody. Reading
 * needs no library, and at every start there is something to read.
 */
export function readSaved(environment: Readonly<Record<string, string | undefined>>): {
  readonly saved: Saved;
  readonly problem: string | null;
} {
  const path = join(configurationFolder(environment), 'config.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    const problem =
      code === 'ENOENT' || code === 'ENOTDIR'
        ? null
        : `${path} cannot be read (${message}); the defaults count.`;
    return {saved: savedDefaults, problem};
  }
  try {
    return {saved: {...savedDefaults, ...savedIn(text)}, problem: null};
  } catch (error) {
    const why = (error as Error).message;
    return {
      saved: savedDefaults,
      problem: `${path} is damaged (${why}); ${moveAway(path)}, and the defaults count.`,
    };
  }
}

/** Throws where the text is not what is saved. */
function savedIn(text: string): Partial<Saved> {
  const read = JSON.parse(text) as unknown;
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw new Error('it is no JSON object');
  const {topic, groupPrefix, partitioner} = read as Record<string, unknown>;
  const texts = Object.entries({topic, groupPrefix, partitioner}).filter(([, value]) => value !== undefined);
  for (const [key, value] of texts) if (typeof value !== 'string') throw new Error(`its ${key} is no text`);
  return Object.fromEntries(texts);
}

/** Where `conf` would put it by itself. */
export function configurationFolder(environment: Readonly<Record<string, string | undefined>>): string {
  if (environment.KAFKA_NOTIFY_CONFIG_DIR !== undefined) return environment.KAFKA_NOTIFY_CONFIG_DIR;
  switch (process.platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Preferences', name);
    case 'win32':
      return join(environment.APPDATA || join(homedir(), 'AppData', 'Roaming'), name, 'Config');
    default:
      return join(environment.XDG_CONFIG_HOME || join(homedir(), '.config'), name);
  }
}

/**
 * Opens the file with what was saved (`conf`, in the user's configuration folder, or in KAFKA_NOTIFY_CONFIG_DIR). Throws the
 * error of `conf` where that is damaged; it is never cleared, for somebody may want to mend it.
 */
export async function openSaved(environment: Readonly<Record<string, string | undefined>>): Promise<{
  read(): Saved;
  save(change: Partial<Saved>): void;
}> {
  const Conf = await loadConf();
  const folder = configurationFolder(environment);
  makePrivateFolder(folder);
  const conf = new Conf<Saved>({
    configFileMode: 0o600,
    projectName: name,
    projectSuffix: '',
    defaults: savedDefaults,
    clearInvalidConfig: false,
    cwd: folder,
  });
  return {read: () => conf.store, save: change => conf.set(change)};
}

/**
 * A library beneath `conf` (when-exit) listens to the signals that end a process and ends it at once. Leaving in order is
 * ours: what it added is taken away again; a file is written whole in one step by `conf` in any case.
 */
async function loadConf() {
  const signals = [
    'SIGINT',
    'SIGTERM',
    'SIGHUP',
    'SIGQUIT',
    'SIGABRT',
    'SIGALRM',
    'SIGTRAP',
    'SIGSYS',
    'SIGIOT',
  ] as const;
  const before = new Map(signals.map(signal => [signal, process.listeners(signal)]));
  const {default: Conf} = await import('conf');
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) {
      if (!before.get(signal)!.includes(listener)) process.off(signal, listener);
    }
  }
  return Conf;
}
