import {createReadStream, fstatSync, statSync} from 'node:fs';
import process from 'node:process';
import {buffer} from 'node:stream/consumers';
import {asTheyCome, type Fill, type Frame, fromLines, type lineCheck} from '../../session/bulk/bulk-items.ts';
import type {BulkOptions} from '../../session/bulk/bulk-run.ts';
import {
  type Chunks,
  checkLines,
  type LineProblem,
  type LineReading,
  sayPlace,
} from '../../session/bulk/value-lines.ts';
import {CommandError, exitCodes} from '../exit-codes.ts';
import {say} from '../output.ts';

export type LinesOrder = {
  /** null: stdin. */
  readonly file: string | null;
  readonly frame: Frame;
  readonly times: number;
  readonly fill: Fill;
  readonly reading: LineReading;
  readonly check: ReturnType<typeof lineCheck>;
};

const toldProblems = 20;
const chunkBytes = 256 * 1024;
/** So many lines go out between two looks at whether the file has changed. */
const lookEvery = 500;

/**
 * A line a record. A file (also as stdin) is checked first, and nothing is sent unless all of it can be; whatever else
 * comes is a stream, whose lines are sent as they come, up to the first that cannot be.
 */
export async function linesInput(order: LinesOrder): Promise<BulkOptions['items']> {
  const {file, frame, times, fill, reading, check} = order;
  const again = againReadable(file);
  if (again) {
    const before = again.stamp();
    await refuseProblems(again.open, order);
    const checkChanged = whereChanged(check, () => again.stamp() !== before);
    return fromLines(frame, again.open, times, fill, reading, checkChanged);
  }
  if (file === null && process.stdin.isTTY)
    say('Reading lines from the terminal; each is sent when it is ended; Ctrl+D ends them.');
  const stream = file === null ? process.stdin : createReadStream(file, {highWaterMark: chunkBytes});
  if (times === 1) return asTheyCome(frame, readable(stream), fill, reading, check, refuseFrom);
  const kept = await buffer(readable(stream));
  await refuseProblems(() => [kept], order);
  // What is in memory cannot have changed since.
  return fromLines(
    frame,
    () => [kept],
    times,
    fill,
    reading,
    () => null,
  );
}

/** What can be read from its beginning again. `stamp`: the same as long as nobody writes to it. */
type Again = {open(): Chunks; stamp(): string};

/** null: it can be read only once. */
function againReadable(file: string | null): Again | null {
  const status = () => (file === null ? fstatSync(0, {bigint: true}) : statSync(file, {bigint: true}));
  try {
    if (!status().isFile()) return null;
  } catch {
    return null;
  }
  const open =
    file === null ? stdinAgain() : () => createReadStream(file, {highWaterMark: chunkBytes}) as Chunks;
  return {
    open,
    stamp() {
      const {ino, size, mtimeNs} = status();
      return `${ino} ${size} ${mtimeNs}`;
    },
  };
}

/** Lines that were checked before are checked again only where the file was written to since. */
function whereChanged(check: LinesOrder['check'], hasChanged: () => boolean): LinesOrder['check'] {
  let lines = 0;
  let changed = false;
  return line => {
    if (!changed && lines++ % lookEvery === 0) changed = hasChanged();
    return changed ? check(line) : null;
  };
}

/** A file as stdin may be given from its middle on: it is read from there to the end, and then from the same place again. */
function stdinAgain(): () => Chunks {
  let start: number | null = null;
  const from = (at: number | null) =>
    createReadStream('', {
      fd: 0,
      autoClose: false,
      highWaterMark: chunkBytes,
      ...(at !== null && {start: at}),
    });
  return async function* () {
    if (start !== null) {
      yield* from(start);
      return;
    }
    let read = 0;
    for await (const chunk of from(null) as AsyncIterable<Buffer>) {
      read += chunk.length;
      yield chunk;
    }
    start = fstatSync(0).size - read;
  } as () => Chunks;
}

async function refuseProblems(open: () => Chunks, {reading, check}: LinesOrder): Promise<void> {
  const {problems, problemCount} = await checkLines(readable(open()), reading, check);
  if (problemCount === 0) return;
  const told = problems.slice(0, toldProblems).map(sayProblem);
  const more = problemCount - told.length;
  if (more > 0) told.push(`And ${more} more lines are not.`);
  throw wrongInput([...told, 'Nothing was sent. --raw sends any bytes.'].join('\n'));
}

/** Ends a stream at its first line that cannot be sent; nothing that came together with it was given out. */
function refuseFrom(problem: LineProblem, lastGiven: number): never {
  const sent = lastGiven === 0 ? 'Nothing was sent.' : `Only lines 1 to ${lastGiven} were sent.`;
  throw wrongInput(`${sayProblem(problem)}\n${sent} --raw sends any bytes.`);
}

function sayProblem(problem: LineProblem): string {
  return `The input is not JSON at ${sayPlace(problem)}: ${problem.reason}.`;
}

/** The chunks, or a CommandError where they cannot be read. */
async function* readable(chunks: Chunks): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw wrongInput(`The input cannot be read any further: ${(error as Error).message}.`);
  }
}

function wrongInput(sentence: string): CommandError {
  return new CommandError(sentence, exitCodes.wrongUse);
}
