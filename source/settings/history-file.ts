import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {oneAtATime} from './one-at-a-time.ts';
import {removeAbandoned, writeWhole} from './whole-file.ts';

/** What was published once, and when (ms since 1970). */
export type Past<Draft> = {readonly at: number; readonly draft: Draft};

/** A file that is replaced so often at once is replaced by something else than this program. */
const mostTries = 100;

type Found<Draft> = {readonly past: readonly Past<Draft>[]; readonly lines: number; readonly bytes: number};

/**
 * Keeps the last drafts of a topic that were published, in a file that only its owner reads; bounded by number and size.
 *
 * Several terminals may add to one file, so it is only appended to, a line at a time, and loses nothing of what others
 * add. Now and then one of them makes it short again: it puts a new file in its place, and carries over what was appended
 * to the old one meanwhile; who appended even later sees that the file was replaced, and appends again.
 */
export class HistoryFile<Draft> {
  readonly path: string;
  readonly #most: number;
  readonly #mostBytes: number;
  readonly #isDraft: (value: unknown) => value is Draft;
  /** Until the file is looked at again, whether it has to be made short. */
  #untilLook = 0;

  constructor(
    folder: string,
    topic: string,
    isDraft: (value: unknown) => value is Draft,
    {most = 100, mostBytes = 1024 * 1024} = {},
  ) {
    this.path = join(folder, 'history', `${topic}.jsonl`);
    this.#isDraft = isDraft;
    this.#most = most;
    this.#mostBytes = mostBytes;
  }

  /** What was kept, the newest first, each once; and a sentence where some of it cannot be read, which is left out. */
  read(): {readonly past: readonly Past<Draft>[]; readonly problem: string | null} {
    let found: Found<Draft>;
    try {
      found = this.#find(readFileSync(this.path, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {past: [], problem: null};
      return {past: [], problem: `The history ${this.path} cannot be read: ${(error as Error).message}`};
    }
    const past = this.#bounded(found.past);
    const damaged = found.lines - found.past.length;
    if (damaged === 0) return {past, problem: null};
    return {
      past,
      problem: `${damaged} of ${found.lines} drafts in the history are damaged and left out${this.#moveAway()}.`,
    };
  }

  /** Adds one; what another run of the program adds meanwhile stays. Throws where it cannot be written. */
  add(draft: Draft, at: number): void {
    const line = lineOf({at, draft});
    // One that is too large alone must not cost what was kept before.
    if (Buffer.byteLength(line) > this.#mostBytes) return;
    mkdirSync(dirname(this.path), {recursive: true, mode: 0o700});
    this.#append(line);
    if (this.#untilLook-- > 0) return;
    this.#untilLook = this.#most;
    removeAbandoned(dirname(this.path));
    oneAtATime(this.path, () => {
      const {lines, bytes} = this.#find(readFileSync(this.path, 'utf8'));
      if (lines > 2 * this.#most || bytes > 2 * this.#mostBytes) this.#shorten(null);
    });
  }

  /** In one write, which the system does not mix with another's; behind a line that a full disk cut off. */
  #append(line: string): void {
    const bytes = Buffer.from(`\n${line}`);
    for (let tries = 0; tries < mostTries; tries++) {
      const file = openSync(this.path, 'a', 0o600);
      try {
        if (writeSync(file, bytes) < bytes.length) throw new Error('there is no room for all of it');
        if (fstatSync(file).ino === statSync(this.path, {throwIfNoEntry: false})?.ino) return;
      } finally {
        closeSync(file);
      }
    }
    throw new Error(`${this.path} was replaced ${mostTries} times meanwhile`);
  }

  /** Under the lock. `away`: where the old file is to stay. */
  #shorten(away: string | null): void {
    const old = openSync(this.path, 'r');
    try {
      const bytes = readFileSync(old);
      // What another terminal has written half is left to what comes late.
      const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
      const kept = this.#bounded(this.#find(whole.toString()).past);
      if (away !== null) copyFileSync(this.path, away);
      writeWhole(this.path, kept.reverse().map(lineOf).join(''));
      const late = this.#find(readFrom(old, whole.length));
      for (const each of late.past) this.#append(lineOf(each));
    } finally {
      closeSync(old);
    }
  }

  #find(text: string): Found<Draft> {
    // Another terminal may be writing the last line just now.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const last = text.slice(whole.length);
    const lines = whole.split('\n').filter(line => line !== '');
    if (last !== '' && this.#pastFrom(last)) lines.push(last);
    const past = lines.map(line => this.#pastFrom(line)).filter(each => each !== null);
    return {past, lines: lines.length, bytes: text.length};
  }

  /** The newest first, each draft once, as many as may be kept. */
  #bounded(found: readonly Past<Draft>[]): Past<Draft>[] {
    const kept: Past<Draft>[] = [];
    const seen = new Set<string>();
    let bytes = 0;
    // Of the same time the one that was added later is the newer.
    for (const each of [...found].reverse().sort((left, right) => right.at - left.at)) {
      const same = JSON.stringify(each.draft);
      if (seen.has(same)) continue;
      seen.add(same);
      bytes += Buffer.byteLength(lineOf(each));
      if (bytes > this.#mostBytes || kept.length === this.#most) break;
      kept.push(each);
    }
    return kept;
  }

  /** Where somebody may still mend it; what can be read of it stays. */
  #moveAway(): string {
    const away = `${this.path}.damaged`;
    try {
      const moved = oneAtATime(this.path, () => this.#shorten(away));
      return moved ? `; the file was moved to ${away}` : '';
    } catch {
      return '';
    }
  }

  #pastFrom(line: string): Past<Draft> | null {
    try {
      const {at, draft} = JSON.parse(line) as {at: unknown; draft: unknown};
      return typeof at === 'number' && this.#isDraft(draft) ? {at, draft} : null;
    } catch {
      return null;
    }
  }
}

function lineOf(past: Past<unknown>): string {
  return `${JSON.stringify(past)}\n`;
}

/** What stands in the file behind `position`, to its end. */
function readFrom(file: number, position: number): string {
  const rest = Buffer.alloc(Math.max(0, fstatSync(file).size - position));
  return rest.toString('utf8', 0, readSync(file, rest, 0, rest.length, position));
}
