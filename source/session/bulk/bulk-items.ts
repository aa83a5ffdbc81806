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
  valueLines,
} from './value-lines.ts';

/** How each draft is filled in right before it is sent; null: not at all. */
export type Fill = (() => PlaceholderValues) | null;

/** Key, headers and where it goes: the same for all. */
export type Frame = Omit<Draft, 'value'>;

const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

/** The same draft so many times, filled in anew for each. */
export function* repeated(draft: Draft, times: number, fill: Fill): Generator<BulkItem> {
  for (let time = 0; time < times; time++) yield {draft: filled(draft, fill)};
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
): AsyncGenerator<BulkItem> {
  for (let time = 0; time < times; time++) {
    for await (const each of valueLines(open(), reading)) {
      const problem = check(each);
      if (problem) throw new Error(`The file has changed: ${sayPlace(problem)} ${problem.reason}.`);
      yield {draft: filled({...frame, value: each.bytes}, fill), line: each.line};
    }
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
  if (!fill) return {...draft};
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
