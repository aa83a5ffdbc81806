import {fstatSync, writeSync} from 'node:fs';
import process from 'node:process';
import {safeJson, safeText} from '../payload/safe-text.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {OutputBlocks} from './output-blocks.ts';

/**
 * Lines for scripts: JSON on stdout, offsets as texts. What cannot be written is lost, and whoever waits for it hears so:
 * a line that was not written is no line (rule 20).
 */
export type Lines = {
  write(line: object): void;
  /** A whole line that is safe already, with its end. */
  writeText(line: string): void;
  /** As `writeText`, many at once; they are copied. */
  writeBytes(lines: Buffer): void;
  /** Resolves when all that was given until now is written; null: it is already. Rejects with OutputLost. */
  written(): Promise<void> | null;
  /** Resolves when the reader has caught up, or is lost; null: it is not behind. */
  behind(): Promise<void> | null;
  /** Hears once that nothing can be written any more. */
  onLost(listener: (lost: OutputLost) => void): void;
  /** Resolves when all is written. Rejects with OutputLost. */
  end(): Promise<void>;
  /** From now on the reader is lost once it takes nothing of what waits for so many ms. */
  giveUpAfter(ms: number): void;
};

/** Takes a block and calls back once it is with the reader, or why it never will be; then its bytes are used again. */
export type Sink = (block: Buffer, done: (error: NodeJS.ErrnoException | null) => void) => void;

/** The output cannot be written any more. A reader that has gone is no error: it ends as other Unix tools do, in silence. */
export class OutputLost extends CommandError {
  readonly isReaderGone: boolean;

  constructor({code, message}: NodeJS.ErrnoException) {
    const isReaderGone = code !== undefined && gone.has(code);
    const why = reasons[code ?? ''] ?? message;
    super(
      isReaderGone ? '' : `The output cannot be written: ${why}.`,
      isReaderGone ? exitCodes.readerGone : exitCodes.failed,
    );
    this.isReaderGone = isReaderGone;
  }
}

const gone = new Set(['EPIPE', 'ECONNRESET']);
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'the file has reached the largest size that is allowed',
  EIO: 'the device reports an error (EIO)',
  EBADF: 'it is closed',
};

/** Bytes that wait to be written: with so many the reader is behind, with so few it has caught up. */
const tooMany = 1024 * 1024;
const fewAgain = 256 * 1024;

/** Collects lines and writes them in blocks: one write a line would cost more than the work it tells of. */
export function linesTo(sink: Sink = standardOutput()): Lines {
  /** Bytes given to the sink, and not called back yet. */
  let onTheWay = 0;
  /** Blocks given to the sink, and those that it has called back, which it does in order. */
  let given = 0;
  let taken = 0;
  let scheduled = false;
  let lost: OutputLost | null = null;
  const caughtUp = new Set<() => void>();
  /** Each waits until so many blocks are taken. */
  let waiting: {readonly blocks: number; resolve(): void; reject(lost: OutputLost): void}[] = [];
  const listeners = new Set<(lost: OutputLost) => void>();

  const blocks = new OutputBlocks(block => {
    onTheWay += block.length;
    given++;
    sink(block, error => {
      taken++;
      onTheWay -= block.length;
      blocks.reuse(block);
      if (error && !lost) lose(new OutputLost(error));
      while (!lost && waiting[0] && waiting[0].blocks <= taken) waiting.shift()!.resolve();
      notice();
    });
  });
  const flush = () => {
    scheduled = false;
    if (!lost) blocks.flush();
  };
  const notice = () => {
    if (onTheWay + blocks.collected <= fewAgain || lost) for (const each of emptied(caughtUp)) each();
  };
  const lose = (why: OutputLost) => {
    lost = why;
    blocks.clear();
    for (const each of waiting) each.reject(why);
    waiting = [];
    for (const each of emptied(listeners)) each(why);
    notice();
  };
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  const add = (line: string) => {
    if (lost) return;
    blocks.add(line);
    schedule();
  };
  const written = () => {
    flush();
    if (lost) return Promise.reject(lost);
    if (given === taken) return null;
    const blocks = given;
    return new Promise<void>((resolve, reject) => waiting.push({blocks, resolve, reject}));
  };
  return {
    write(line) {
      // JSON escapes C0 itself; what is left of unsafe characters is escaped too, so that a terminal can show a line.
      add(`${safeJson(JSON.stringify(line, asText))}\n`);
    },
    writeText: add,
    writeBytes(lines) {
      if (lost) return;
      blocks.addBytes(lines);
      schedule();
    },
    written,
    behind() {
      if (onTheWay + blocks.collected <= tooMany || lost) return null;
      return new Promise(resolve => caughtUp.add(resolve));
    },
    onLost(listener) {
      if (lost) listener(lost);
      else listeners.add(listener);
    },
    async end() {
      await written();
    },
    giveUpAfter(ms) {
      let before = -1;
      const look = () => {
        if (given > taken && taken === before && !lost)
          lose(new OutputLost({name: 'Error', message: `whoever reads it took nothing for ${ms / 1000} s`}));
        before = taken;
      };
      look();
      setInterval(look, ms).unref();
    },
  };
}

/** stdout: a pipe or a terminal by its stream, which waits for a slow reader; a file by whole blocks, whatever fits on the disk. */
export function standardOutput(): Sink {
  const {stdout} = process;
  let isStream = true;
  try {
    const status = fstatSync(stdout.fd);
    isStream = stdout.isTTY || status.isFIFO() || status.isSocket();
  } catch {
    isStream = false;
  }
  if (isStream) return (block, done) => void stdout.write(block, error => done(error ?? null));
  return (block, done) => {
    try {
      writeWhole(stdout.fd, block);
    } catch (error) {
      done(error as NodeJS.ErrnoException);
      return;
    }
    done(null);
  };
}

/** A disk that is nearly full takes a part, and says so only by a number: Node's own stream for files does not look. */
function writeWhole(fd: number, block: Buffer): void {
  for (let at = 0; at < block.length; ) at += writeSync(fd, block, at);
}

function emptied<Each>(set: Set<Each>): Each[] {
  const all = [...set];
  set.clear();
  return all;
}

/** Says something to the person; what came from outside is made visible. */
export function say(sentence: string): void {
  process.stderr.write(`${safeText(sentence, {lines: true})}\n`);
}

function asText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
