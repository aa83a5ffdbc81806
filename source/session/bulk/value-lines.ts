import {checkJson} from '../../payload/check-json.ts';
import {checkUtf8} from '../../payload/check-utf8.ts';
import {type Line, LineSplitter} from './line-splitter.ts';

/** A line that cannot be sent, and why; line and `column` (in characters) count from 1. */
export type LineProblem = {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  /** Of the place in the whole input, from 0; where it is the bytes that are wrong. */
  readonly byteOffset?: number;
};

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** How lines are read as values. */
export type LineReading = {
  /** Any bytes are a value: a blank line is an empty one. */
  readonly raw: boolean;
};

export type CheckedLines = {
  readonly lines: number;
  /** The first of them. */
  readonly problems: readonly LineProblem[];
  readonly problemCount: number;
};

const mostProblems = 100;
const carriageReturn = 0x0d;

/** The values of an input of lines as it comes, those together that came together; never more than that in memory. */
export async function* valuesAsTheyCome(
  chunks: Chunks,
  reading: LineReading,
): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter();
  for await (const chunk of chunks) {
    const values: Line[] = [];
    for (const line of splitter.push(chunk)) {
      const value = valueIn(line, reading);
      if (value) values.push(value);
    }
    if (values.length > 0) yield values;
  }
  const last = splitter.end();
  const value = last && valueIn(last, reading);
  if (value) yield [value];
}

/**
 * What of a line is the value; null: nothing, it is blank. Raw it is every byte, and of a blank line none, as for Apache's
 * console producer. For JSON a carriage return at the end belongs to the line end, as in JSON Lines.
 */
export function valueIn(line: Line, {raw}: LineReading): Line | null {
  if (raw) return line;
  const bytes = line.bytes.at(-1) === carriageReturn ? line.bytes.subarray(0, -1) : line.bytes;
  return bytes.length === 0 ? null : {...line, bytes};
}

/** Why a line is no JSON; null: it is. `fill` is what is done to its text before it is sent. */
export function problemOf(
  {line, byteOffset, bytes}: Line,
  fill: (text: string) => string,
): LineProblem | null {
  const decoded = checkUtf8(bytes);
  if (!decoded.valid) {
    const {column, reason} = decoded;
    return {line, column, reason: `it is not UTF-8: ${reason}`, byteOffset: byteOffset + decoded.byteOffset};
  }
  const check = checkJson(fill(decoded.text));
  if (check.valid) return null;
  const {column, reason, isByteOrderMark} = check;
  return {line, column, reason, ...(isByteOrderMark && {byteOffset})};
}

/** `3:14 (byte offset 57)` */
export function sayPlace({line, column, byteOffset}: LineProblem): string {
  return `${line}:${column}${byteOffset === undefined ? '' : ` (byte offset ${byteOffset})`}`;
}

/** Reads all lines and says which of them cannot be sent. `progress` hears how many were read, now and then. */
export async function checkLines(
  chunks: Chunks,
  reading: LineReading,
  check: (line: Line) => LineProblem | null,
  progress: (lines: number) => void = () => {},
): Promise<CheckedLines> {
  const problems: LineProblem[] = [];
  let lines = 0;
  let problemCount = 0;
  for await (const values of valuesAsTheyCome(chunks, reading)) {
    for (const line of values) {
      if (++lines % 1000 === 0) progress(lines);
      const problem = check(line);
      if (!problem) continue;
      problemCount++;
      if (problems.length < mostProblems) problems.push(problem);
    }
  }
  return {lines, problems, problemCount};
}
