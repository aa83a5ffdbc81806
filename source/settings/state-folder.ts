import {homedir} from 'node:os';
import {join} from 'node:path';

/**
 * Where drafts and logs are kept: KAFKA_NOTIFY_STATE_DIR, else the platform's folder for state (XDG on Linux and macOS,
 * LOCALAPPDATA on Windows).
 */
export function stateFolder(environment: Readonly<Record<string, string | undefined>>): string {
  if (environment.KAFKA_NOTIFY_STATE_DIR) return environment.KAFKA_NOTIFY_STATE_DIR;
  if (process.platform === 'win32' && environment.LOCALAPPDATA)
    return join(environment.LOCALAPPDATA, 'kafka-notify');
  return join(environment.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'kafka-notify');
}
