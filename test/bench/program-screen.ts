import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type IPty, spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';

const top = join(import.meta.dirname, '..', '..');
/** The program as it is built; another build can be named, to compare two. */
export const program = process.env.BENCH_PROGRAM ?? join(top, 'dist', 'cli.js');
/** The Node that all of it runs on, the real file: a link would be one step more to start. */
export const node = process.execPath;

/** Ink writes each drawing as one synchronized update. */
const beginsDrawing = Buffer.from('\u001B[?2026h');
const patience = 30_000;

export type ScreenOptions = {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
};

/** A program in a pseudo-terminal, on a screen that understands what it writes, and what it takes of the machine. */
export class ProgramScreen {
  /** When it was started, as `performance.now()`. */
  readonly began = performance.now();
  drawings = 0;
  bytes = 0;
  readonly exit: Promise<number>;
  readonly #pty: IPty;
  readonly #screen: InstanceType<typeof xterm.Terminal>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'kafka-notify-bench-'));
  readonly #watchers = new Set<() => void>();
  #ended: number | null = null;

  constructor(args: readonly string[], {columns = 200, rows = 50, environment = {}}: ScreenOptions = {}) {
    this.#screen = new xterm.Terminal({cols: columns, rows, scrollback: 0, allowProposedApi: true});
    this.#pty = spawn(node, [...args], {
      name: 'xterm-256color',
      cols: columns,
      rows,
      cwd: this.#folder,
      encoding: null,
      // Nothing of the environment that this runs in: with CI set, Ink draws only once.
      env: {
        PATH: process.env.PATH ?? '',
        HOME: this.#folder,
        LANG: 'C.UTF-8',
        TERM: 'xterm-256color',
        KAFKA_NOTIFY_STATE_DIR: join(this.#folder, 'state'),
        KAFKA_NOTIFY_CONFIG_DIR: join(this.#folder, 'config'),
        ...environment,
      },
    });
    this.#pty.onData(data => this.#take(data as unknown as Buffer));
    this.#screen.onData(answer => {
      if (this.#ended === null) this.#pty.write(answer);
    });
    this.exit = new Promise(resolve => {
      this.#pty.onExit(({exitCode}) => {
        this.#ended = exitCode;
        this.#look();
        resolve(exitCode);
        rmSync(this.#folder, {recursive: true, force: true});
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  row(at: number): string {
    const {active} = this.#screen.buffer;
    return active.getLine(active.baseY + at)?.translateToString(true) ?? '';
  }

  text(): string {
    return Array.from({length: this.#screen.rows}, (_, at) => this.row(at)).join('\n');
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  /** Resolves with `performance.now()` at which the screen showed it. */
  waitFor(shows: () => boolean, what: string, deadline = patience): Promise<number> {
    return new Promise((resolve, reject) => {
      const settle = (problem?: string) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        if (problem) reject(new Error(`The screen does not show ${what} (${problem}):\n${this.text()}`));
        else resolve(performance.now());
      };
      const look = () => {
        if (shows()) settle();
        else if (this.#ended !== null) settle(`it ended with ${this.#ended}`);
      };
      const timer = setTimeout(() => settle(`within ${deadline} ms`), deadline);
      this.#watchers.add(look);
      look();
    });
  }

  waitForText(text: string, deadline?: number): Promise<number> {
    return this.waitFor(() => this.text().includes(text), text, deadline);
  }

  async end(): Promise<void> {
    if (this.#ended === null) this.#pty.kill('SIGKILL');
    await this.exit;
  }

  #take(data: Buffer): void {
    this.bytes += data.length;
    for (let at = data.indexOf(beginsDrawing); at >= 0; at = data.indexOf(beginsDrawing, at + 1)) {
      this.drawings++;
    }
    this.#screen.write(data, () => this.#look());
  }

  #look(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** Seconds of CPU that a process has taken so far, all its threads together. Linux only. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime and stime, in hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Memory that a process holds, in MB. Linux only. */
export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) / 1024;
}
