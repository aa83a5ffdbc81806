import {existsSync, readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {makePrivateFolder} from './private-folder.ts';
import {SettingsError} from './settings.ts';

/** What is kept between runs. Never a secret. */
export type Saved = {
  readonly topic?: string;
  readonly groupPrefix: string;
  readonly partitioner?: string;
};

export const savedDefaults = {groupPrefix: 'notify'} as const;

const name = 'kafka-notify';

/** What was saved, else the defaults. Reading needs no library, and at every start there is something to read. */
export function readSaved(environment: Readonly<Record<string, string | undefined>>): Saved {
  const path = join(configurationFolder(environment), 'config.json');
  if (!existsSync(path)) return savedDefaults;
  try {
    return {...savedDefaults, ...(JSON.parse(readFileSync(path, 'utf8')) as Saved)};
  } catch (error) {
    throw damaged(path, error);
  }
}

function damaged(path: string, error: unknown): SettingsError {
  return new SettingsError(
    `${path} is damaged and was left as it is: ${(error as Error).message}. Mend it, or move it away to begin anew.`,
  );
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
 * Opens the file with what was saved (`conf`, in the user's configuration folder, or in KAFKA_NOTIFY_CONFIG_DIR). A
 * damaged file is an error that names it; it is never cleared, for somebody may want to mend it.
 */
export async function openSaved(environment: Readonly<Record<string, string | undefined>>): Promise<{
  read(): Saved;
  save(change: Partial<Saved>): void;
}> {
  const Conf = await loadConf();
  const folder = configurationFolder(environment);
  let conf: InstanceType<typeof Conf<Saved>>;
  try {
    makePrivateFolder(folder);
    conf = new Conf<Saved>({
      configFileMode: 0o600,
      projectName: name,
      projectSuffix: '',
      defaults: savedDefaults,
      clearInvalidConfig: false,
      cwd: folder,
    });
    return {read: () => conf.store, save: change => conf.set(change)};
  } catch (error) {
    throw damaged(join(folder, 'config.json'), error);
  }
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
