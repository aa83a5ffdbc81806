import type {Draft} from '../../flow/delivery.ts';
import {expandPlaceholders, nextPlaceholders, type PlaceholderValues} from '../../payload/placeholders.ts';
import type {BulkItem} from './bulk-run.ts';
import type {Line} from './line-splitter.ts';
import {
  type Chunks,
  type LineProblem,
  type LineReading,
  problemOf,
  sayPlace,
  valuesAsTheyCome,
} from './value-lines.ts';

/** How each draft is filled in right before it is sent; null: not at all. */
export type Fill = (() => PlaceholderValues) | null;

/** Key, headers and where it goes: the same for all. */
export type Frame = Omit<Draft, 'value'>;

const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

/** So many at once where all are there from the start. */
const together = 500;

/** The same draft so many times, filled in anew for each. */
export function* repeated(draft: Draft, times: number, fill: Fill): Generator<readonly BulkItem[]> {
  for (let sent = 0; sent < times; sent += together) {
    yield Array.from({length: Math.min(together, times - sent)}, () => ({draft: filled(draft, fill)}));
  }
}

/**
 * Each line of a file as a value, so many times over. Lines were checked before, but a file can change meanwhile: one that
 * does not pass `check` any more ends it.
 */
export async function* fromLines(
  frame: Frame,
  open: () => Chunks,
  times: number,
  fill: Fill,
  reading: LineReading,
  check: (line: Line) => LineProblem | null,
): AsyncGenerator<readonly BulkItem[]> {
  for (let time = 0; time < times; time++) {
    yield* asTheyCome(frame, open(), fill, reading, check, problem => {
      throw new Error(`The file has changed: ${sayPlace(problem)} ${problem.reason}.`);
    });
  }
}

/**
 * Each line of a stream as a value, when it comes. What came together is checked before any of it goes on; `refuse` hears
 * of the first line that cannot be sent and of the last one before it that was given out (0: none), and throws.
 */
export async function* asTheyCome(
  frame: Frame,
  chunks: Chunks,
  fill: Fill,
  reading: LineReading,
  check: (line: Line) => LineProblem | null,
  refuse: (problem: LineProblem, lastGiven: number) => never,
): AsyncGenerator<readonly BulkItem[]> {
  let lastGiven = 0;
  for await (const values of valuesAsTheyCome(chunks, reading)) {
    for (const value of values) {
      const problem = check(value);
      if (problem) refuse(problem, lastGiven);
    }
    yield values.map(({line, bytes}) => ({draft: filled({...frame, value: bytes}, fill), line}));
    lastGiven = values.at(-1)!.line;
  }
}

/** What checks a line before it is sent: nothing where it is published raw, else whether it is JSON once filled in. */
export function lineCheck({
  raw,
  expands,
}: {
  readonly raw: boolean;
  readonly expands: boolean;
}): (line: Line) => LineProblem | null {
  if (raw) return () => null;
  const sample = nextPlaceholders(1, 0);
  const fill = (text: string) => (expands ? expandPlaceholders(text, sample) : text);
  return line => problemOf(line, fill);
}

function filled(draft: Draft, fill: Fill): Draft {
  if (!fill) return draft;
  const values = fill();
  const bytes = <Bytes extends Uint8Array | null>(each: Bytes) => expandBytes(each, values) as Bytes;
  return {
    ...draft,
    key: bytes(draft.key),
    value: bytes(draft.value),
    headers: draft.headers.map(header => ({
      ...header,
      name: expandPlaceholders(header.name, values),
      value: bytes(header.value),
    })),
  };
}

/** Bytes that are no text stay as they are. */
function expandBytes(bytes: Uint8Array | null, values: PlaceholderValues): Uint8Array | null {
  if (bytes === null || !bytes.includes(0x7b)) return bytes;
  try {
    return Buffer.from(expandPlaceholders(utf8.decode(bytes), values));
  } catch {
    return bytes;
  }
}
