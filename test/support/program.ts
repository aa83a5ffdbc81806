import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const top = join(import.meta.dirname, '..', '..');
const program = join(top, 'dist', 'cli.js');

export type Line = Readonly<Record<string, unknown>> & {readonly status: string};

export type Finished = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly Line[];
  readonly stderr: string;
  readonly ms: number;
};

/** The built program as a person runs it, in a folder and with preferences of its own. */
export type Running = {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has printed so far. */
  lines(): readonly Line[];
  stderr(): string;
  /** Resolves at the first line that fits; rejects when the program ends or the deadline passes without one. */
  line(fits: (line: Line) => boolean, deadline?: number): Promise<Line>;
  readonly finished: Promise<Finished>;
};

const emptyFolder = mkdtempSync(join(tmpdir(), 'kafka-notify-program-'));

export function start(
  args: readonly string[],
  options: {
    stdin?: string | Buffer;
    /** More will be written to it. */
    keepsStdin?: boolean;
    env?: NodeJS.ProcessEnv;
  } = {},
): Running {
  const began = Date.now();
  const {KAFKA_BOOTSTRAP_SERVERS: _, ...environment} = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    cwd: emptyFolder,
    env: {...environment, KAFKA_NOTIFY_CONFIG_DIR: emptyFolder, ...options.env},
  });
  const lines: Line[] = [];
  const watchers = new Set<() => void>();
  let rest = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    lines.push(...parts.map(part => JSON.parse(part) as Line));
    for (const watcher of watchers) watcher();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  if (!options.keepsStdin) child.stdin.end(options.stdin ?? '');
  const finished = new Promise<Finished>(resolve => {
    child.on('close', (code, signal) => resolve({code, signal, lines, stderr, ms: Date.now() - began}));
  });
  return {
    child,
    lines: () => lines,
    stderr: () => stderr,
    finished,
    line(fits, deadline = 30_000) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(fits);
          if (found) done(() => resolve(found));
        };
        const why = (what: string) =>
          new Error(`${what} without the line; stderr: ${stderr}; last: ${JSON.stringify(lines.slice(-3))}`);
        const timer = setTimeout(() => done(() => reject(why(`${deadline} ms passed`))), deadline);
        const done = (settle: () => void) => {
          clearTimeout(timer);
          watchers.delete(look);
          settle();
        };
        watchers.add(look);
        void finished.then(() => {
          look();
          done(() => reject(why('The program ended')));
        });
        look();
      });
    },
  };
}

/** Runs the program to its end. */
export function run(
  args: readonly string[],
  options?: {stdin?: string | Buffer; env?: NodeJS.ProcessEnv},
): Promise<Finished> {
  return start(args, options).finished;
}

/** Runs a command whose output is for people. */
export function runForText(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  folder = emptyFolder,
): Promise<{readonly code: number | null; readonly stdout: string; readonly stderr: string}> {
  const {KAFKA_BOOTSTRAP_SERVERS: _, ...environment} = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: {...environment, KAFKA_NOTIFY_CONFIG_DIR: emptyFolder, ...env},
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.end();
  return new Promise(resolve => child.on('close', code => resolve({code, stdout, stderr})));
}

/** The texts of the lines with this status, shortened to `partition@offset`. */
export function positions(lines: readonly Line[], status: string): string[] {
  return lines.filter(line => line.status === status).map(line => `${line.partition}@${line.offset}`);
}
