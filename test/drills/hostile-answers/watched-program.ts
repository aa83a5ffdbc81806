import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const top = join(import.meta.dirname, '..', '..', '..');
const program = join(top, 'dist', 'cli.js');
/** KiB that a process may take beyond its start. */
export const mostGrowth = 300 * 1024;
const lookInterval = 50;
/** ms in which the program is loaded: what it takes until then is its start. */
const startTime = 400;
/** done, failed, wrong use, unknown; ended by SIGINT or SIGTERM. */
const knownCodes = [0, 1, 2, 3, 130, 143];
const stackTrace = /\n\s+at .+\(.*:\d+:\d+\)|\n\s+at (async )?(file|node):/;
/** What no sentence for a person says: raw errors of Node and of KafkaJS's decoder, defects, warnings. */
const raw =
  /Something went wrong that should not|defect of its own|The value of \\?"|out of range\. It must|Cannot read prop|is not a function|is not iterable|outside buffer bounds|Maximum call stack|Invalid array length|Warning: |UnhandledPromise/;

/** The built program, watched: what it prints, how much memory it takes, how it ends. */
export type WatchedProgram = {
  readonly child: ChildProcessWithoutNullStreams;
  stdout(): string;
  stderr(): string;
  /** Asks it to end, in order. */
  stop(): void;
  /** Resolves when it has ended; with what was wrong, in words. */
  readonly judged: Promise<readonly string[]>;
  /** KiB above its start so far. */
  growth(): number;
};

export function startWatched(
  args: readonly string[],
  onLine: (line: string) => void = () => {},
): WatchedProgram {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-hostile-'));
  const {KAFKA_BOOTSTRAP_SERVERS: _, ...environment} = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: {...environment, KAFKA_NOTIFY_CONFIG_DIR: folder, KAFKA_NOTIFY_STATE_DIR: join(folder, 'state')},
  });
  let stdout = '';
  let stderr = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  const memory = watchMemory(child.pid!);
  let isStopped = false;
  // One that is stopped before it has begun to listen to signals ends by the signal, as any program does.
  const judged = new Promise<readonly string[]>(resolve => {
    child.on('close', (code, signal) => {
      memory.stop();
      rmSync(folder, {recursive: true, force: true});
      resolve([
        ...wrongTexts('stdout', stdout),
        ...wrongTexts('stderr', stderr),
        ...(memory.growth() > mostGrowth
          ? [`it took ${Math.round(memory.growth() / 1024)} MB above its start`]
          : []),
        ...(!(isStopped && signal === 'SIGTERM' && stdout === '') && !knownCodes.includes(code ?? -1)
          ? [`it ended with ${code ?? signal}`]
          : []),
      ]);
    });
  });
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    stop() {
      isStopped = true;
      child.kill('SIGTERM');
    },
    judged,
    growth: memory.growth,
  };
}

export function wrongTexts(where: string, text: string): string[] {
  const found = stackTrace.exec(text) ?? raw.exec(text);
  if (!found) return [];
  const from = Math.max(0, found.index - 300);
  return [`${where} says: …${text.slice(from, found.index + 400)}`];
}

/** The most that it takes, in KiB, above what it took when it had started. Only Linux tells. */
export function watchMemory(pid: number): {growth(): number; stop(): void} {
  const began = Date.now();
  let start = 0;
  let most = 0;
  const look = () => {
    const status = statusOf(pid);
    if (!status) return;
    if (start === 0 && Date.now() - began < startTime) return;
    if (start === 0) start = status.now;
    most = status.most;
  };
  const timer = setInterval(look, lookInterval);
  return {
    growth: () => (start === 0 ? 0 : Math.max(0, most - start)),
    stop: () => clearInterval(timer),
  };
}

function statusOf(pid: number): {now: number; most: number} | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]);
    const found = {now: kib('VmRSS'), most: kib('VmHWM')};
    return Number.isNaN(found.now) ? null : found;
  } catch {
    return null;
  }
}
