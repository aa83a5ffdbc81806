import {spawn} from 'node:child_process';
import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const program = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli.js');
const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-shell-'));

export type ShellEnd = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs a line of bash with real pipes and files; `kafka-notify` is the built program in it. */
export function runShell(line: string): Promise<ShellEnd> {
  const {KAFKA_BOOTSTRAP_SERVERS: _, ...environment} = process.env;
  const child = spawn(
    'bash',
    ['-c', `kafka-notify() { '${process.execPath}' '${program}' "$@"; }; ${line}`],
    {
      cwd: folder,
      env: {...environment, KAFKA_NOTIFY_CONFIG_DIR: folder},
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise(resolve => child.on('close', code => resolve({code, stdout, stderr})));
}
