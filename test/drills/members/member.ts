import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {createWriteStream, type WriteStream} from 'node:fs';
import {join} from 'node:path';
import {clockTime} from './journal.ts';

const top = join(import.meta.dirname, '..', '..', '..');
const program = join(top, 'dist', 'cli.js');
const handler = join(import.meta.dirname, 'member-handler.ts');

export type MemberSettings = {
  readonly name: string;
  readonly flags: readonly string[];
  /** Its log is written here, and it has its preferences and its state here. */
  readonly folder: string;
  /** The file that its handler writes attempts to. */
  readonly attempts: string;
  readonly seed: number;
  readonly allPass?: boolean;
  /** It said which partitions it has. */
  met(partitions: readonly number[]): void;
  /** It said that a message is held. */
  held(partition: number, offset: number): void;
};

export type Ended = {readonly code: number | null; readonly signal: NodeJS.Signals | null};

/** One process of the built program, in a group. Everything that it says goes to its log with the time. */
export class Member {
  readonly name: string;
  readonly began = Date.now();
  readonly ended: Promise<Ended>;
  /** It is to end: by a signal of ours. */
  isLeaving = false;
  isFrozen = false;
  hasMet = false;
  /** The group met anew so often. */
  rebalances = 0;
  readonly #child: ChildProcess;
  readonly #settings: MemberSettings;
  readonly #log: WriteStream;
  readonly #lastLines: string[] = [];
  #isRunning = true;

  constructor(settings: MemberSettings) {
    const {name, folder, flags, attempts, seed, allPass} = settings;
    const {KAFKA_BOOTSTRAP_SERVERS: _, ...environment} = process.env;
    this.name = name;
    this.#settings = settings;
    this.#log = createWriteStream(join(folder, `${name}.log`));
    this.#note(`$ kafka-notify consume ${flags.join(' ')}`);
    this.#child = spawn(process.execPath, [program, 'consume', ...flags, '--handler', handler], {
      cwd: folder,
      env: {
        ...environment,
        KAFKA_NOTIFY_CONFIG_DIR: folder,
        KAFKA_NOTIFY_STATE_DIR: folder,
        DRILL_FILE: attempts,
        DRILL_MEMBER: name,
        DRILL_SEED: String(seed),
        DRILL_ALL_PASS: allPass ? '1' : '0',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin!.on('error', () => {});
    eachLine(this.#child.stdout!, line => this.#tookLine(line));
    eachLine(this.#child.stderr!, line => this.#tookWords(line));
    this.ended = new Promise(resolve => {
      this.#child.once('exit', () => {
        this.#isRunning = false;
      });
      this.#child.once('close', (code, signal) => {
        this.#note(`ended with ${signal ?? code}`);
        this.#log.end();
        resolve({code, signal});
      });
    });
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  kill(): void {
    this.isLeaving = true;
    this.#child.kill('SIGKILL');
  }

  /** Asks it to end, and waits for that. Answers null when it has not ended after `ms`; it is killed then. */
  async stop(ms: number): Promise<(Ended & {readonly ms: number}) | null> {
    const asked = Date.now();
    this.isLeaving = true;
    this.#note('SIGTERM');
    this.#child.kill('SIGTERM');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>(resolve => {
      timer = setTimeout(() => resolve(null), ms);
    });
    const ended = await Promise.race([this.ended, late]);
    clearTimeout(timer);
    if (ended) return {...ended, ms: Date.now() - asked};
    this.#note(`still there after ${ms} ms`);
    this.kill();
    await this.ended;
    return null;
  }

  freeze(): void {
    this.#note('SIGSTOP');
    this.isFrozen = true;
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#note('SIGCONT');
    this.#child.kill('SIGCONT');
    this.isFrozen = false;
  }

  /** Writes an act to its stdin. */
  act(line: object): void {
    const text = JSON.stringify(line);
    this.#note(`< ${text}`);
    if (this.#isRunning) this.#child.stdin!.write(`${text}\n`);
  }

  lastWords(): string {
    return this.#lastLines.join('\n');
  }

  #tookLine(line: string): void {
    this.#note(line);
    const held = line.includes('"status":"held"') ? (JSON.parse(line) as HeldLine) : null;
    if (held) this.#settings.held(Number(held.partition), Number(held.offset));
  }

  #tookWords(line: string): void {
    this.#note(line);
    this.#lastLines.push(line);
    this.#lastLines.splice(0, this.#lastLines.length - 6);
    if (/^Group \S+ is meeting anew/.test(line)) this.rebalances++;
    const met = /^In group \S+ with (?:no partition|partitions ([\d, ]+))/.exec(line);
    if (!met) return;
    this.hasMet = true;
    this.#settings.met((met[1] ?? '').split(', ').filter(Boolean).map(Number));
  }

  #note(text: string): void {
    this.#log.write(`${clockTime(Date.now())} ${text}\n`);
  }
}

type HeldLine = {readonly partition: number; readonly offset: string | number};

/** Whether the built program's `consume` knows the flag. */
export function programKnows(flag: string): boolean {
  const {stdout, stderr} = spawnSync(process.execPath, [program, 'consume', '--help'], {encoding: 'utf8'});
  return `${stdout}${stderr}`.includes(flag);
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) take(line);
  });
}
