import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type IPty, spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';
import {onTestFinished} from 'vitest';

const top = join(import.meta.dirname, '..', '..', '..');
const node = join(top, 'node_modules', '.bin', 'node');
/** The build that lies here, or another one, as an installed one. */
const program = process.env.KAFKA_NOTIFY_PROGRAM ?? join(top, 'dist', 'cli.js');

export type TerminalOptions = {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Drafts and logs are kept here; left out: a folder of its own. */
  readonly stateFolder?: string;
  /** Where it is started; left out: in a folder of its own. */
  readonly workingFolder?: string;
};

export type Exit = {readonly code: number; readonly signal: number};

/** What a screen must show: a text, a pattern over its rows joined by line ends, or a condition. */
export type Expected = string | RegExp | ((screen: readonly string[]) => boolean);

const patience = 15_000;
/** Synchronized output ends: what came since it began is one drawing. */
const endOfDrawing = Buffer.from('\u001B[?2026l');
const bytesOfKey: Readonly<Record<string, string>> = {
  enter: '\r',
  'alt+enter': '\u001B\r',
  esc: '\u001B',
  tab: '\t',
  'shift+tab': '\u001B[Z',
  up: '\u001B[A',
  down: '\u001B[B',
  right: '\u001B[C',
  left: '\u001B[D',
  home: '\u001B[H',
  end: '\u001B[F',
  'ctrl+home': '\u001B[1;5H',
  'ctrl+end': '\u001B[1;5F',
  pageup: '\u001B[5~',
  pagedown: '\u001B[6~',
  delete: '\u001B[3~',
  backspace: '\u007F',
};

/**
 * The built program in a real pseudo-terminal, on a screen that understands what it writes. Whatever is waited for is a
 * condition on the screen; it ends with the test that opened it.
 */
export class Terminal {
  readonly stateFolder: string;
  /** Resolves when the program has ended and all that it wrote is on the screen. */
  readonly exit: Promise<Exit>;
  readonly #pty: IPty;
  readonly #screen: InstanceType<typeof xterm.Terminal>;
  readonly #chunks: Buffer[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #drawings = new Set<() => void>();
  #ended: Exit | null = null;

  constructor(args: readonly string[], options: TerminalOptions = {}) {
    const {columns = 120, rows = 40} = options;
    const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-terminal-'));
    this.stateFolder = options.stateFolder ?? join(folder, 'state');
    this.#screen = new xterm.Terminal({cols: columns, rows, scrollback: 0, allowProposedApi: true});
    this.#pty = spawn(node, [program, ...args], {
      name: 'xterm-256color',
      cols: columns,
      rows,
      cwd: options.workingFolder ?? folder,
      encoding: null,
      // Nothing of the environment that tests run in: it sets CI, NODE_ENV and brokers of its own.
      env: {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        LANG: 'C.UTF-8',
        TZ: 'UTC',
        TERM: 'xterm-256color',
        KAFKA_NOTIFY_STATE_DIR: this.stateFolder,
        KAFKA_NOTIFY_CONFIG_DIR: join(folder, 'config'),
        ...options.environment,
      },
    });
    this.#pty.onData(data => this.#take(data as unknown as Buffer));
    // A terminal answers what it is asked, as for the cursor's place.
    this.#screen.onData(answer => this.#ended ?? this.#pty.write(answer));
    this.exit = new Promise(resolve => {
      this.#pty.onExit(({exitCode, signal}) => {
        this.#screen.write('', () => {
          this.#ended = {code: exitCode, signal: signal ?? 0};
          this.#look();
          resolve(this.#ended);
        });
      });
    });
    onTestFinished(async () => {
      this.kill('SIGKILL');
      await this.exit;
      rmSync(folder, {recursive: true, force: true});
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** The draft as it is kept on disk now; empty: none is. */
  draft(topic: string): string {
    const path = join(this.stateFolder, 'drafts', `${topic}.json`);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Every byte that the program has written so far. */
  output(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** The rows as they are seen, without the blanks at their ends. */
  screen(): readonly string[] {
    const {active} = this.#screen.buffer;
    return Array.from({length: this.#screen.rows}, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  }

  /** The row's columns that have a background of their own or are inverted, as title bars have. */
  markedColumns(row: number): number {
    const {active} = this.#screen.buffer;
    const line = active.getLine(active.baseY + row);
    let marked = 0;
    for (let column = 0; column < this.#screen.cols; column++) {
      const cell = line?.getCell(column);
      if (cell && (!cell.isBgDefault() || cell.isInverse() !== 0)) marked++;
    }
    return marked;
  }

  /** Whether the text stands somewhere inverted, as what is selected does. */
  isInverted(text: string): boolean {
    const {active} = this.#screen.buffer;
    return this.screen().some((_, row) => {
      const line = active.getLine(active.baseY + row);
      let inverted = '';
      for (let column = 0; column < this.#screen.cols; column++) {
        const cell = line?.getCell(column);
        inverted += cell?.isInverse() ? cell.getChars() || ' ' : '\n';
      }
      return inverted.includes(text);
    });
  }

  /** Whether the screen is the alternate one, as full-screen programs use it, and not the shell's. */
  get isFullScreen(): boolean {
    return this.#screen.buffer.active.type === 'alternate';
  }

  press(...keys: readonly string[]): void {
    for (const key of keys) this.#pty.write(this.#bytesOf(key));
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  paste(text: string): void {
    this.#pty.write(`\u001B[200~${text}\u001B[201~`);
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.#ended) this.#pty.kill(signal);
  }

  /** Resolves when the screen shows it; fails with the screen when it does not in time, or the program ends. */
  waitFor(expected: Expected, deadline = patience): Promise<void> {
    const where = new Error(`The screen does not show ${String(expected)}`);
    return new Promise((resolve, reject) => {
      const settle = (problem: string | null) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        if (problem === null) {
          resolve();
          return;
        }
        where.message += ` (${problem}):\n${this.screen().join('\n')}`;
        reject(where);
      };
      const look = () => {
        if (shows(this.screen(), expected)) settle(null);
        else if (this.#ended) settle(`the program ended with ${this.#ended.code}`);
      };
      const timer = setTimeout(() => settle(`within ${deadline} ms`), deadline);
      this.#watchers.add(look);
      look();
    });
  }

  /** Looks at the next drawings, each as soon as it is whole on the screen; rejects with what a look throws. */
  eachDrawing(count: number, look: () => void): Promise<void> {
    let left = count;
    return new Promise((resolve, reject) => {
      const drawn = () => {
        try {
          look();
          if (--left > 0) return;
          resolve();
        } catch (error) {
          reject(error);
        }
        this.#drawings.delete(drawn);
      };
      this.#drawings.add(drawn);
    });
  }

  #take(data: Buffer): void {
    this.#chunks.push(data);
    for (let rest = data; rest.length > 0; ) {
      const end = rest.indexOf(endOfDrawing);
      const part = end < 0 ? rest : rest.subarray(0, end + endOfDrawing.length);
      rest = rest.subarray(part.length);
      this.#screen.write(part, () => {
        this.#look();
        if (end >= 0) this.#drawn();
      });
    }
  }

  #drawn(): void {
    for (const drawn of [...this.#drawings]) drawn();
  }

  #look(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #bytesOf(key: string): string {
    const known = bytesOfKey[key];
    if (known !== undefined) return known;
    const chord = /^(ctrl|alt)\+(.)$/u.exec(key);
    if (chord?.[1] === 'ctrl') return String.fromCharCode(chord[2]!.toUpperCase().charCodeAt(0) - 0x40);
    if (chord?.[1] === 'alt') return `\u001B${chord[2]}`;
    if ([...key].length !== 1) throw new Error(`No key is called ${key}`);
    return key;
  }
}

function shows(screen: readonly string[], expected: Expected): boolean {
  if (typeof expected === 'function') return expected(screen);
  const text = screen.join('\n');
  return typeof expected === 'string' ? text.includes(expected) : expected.test(text);
}
