import {checkJson} from '../../payload/check-json.ts';

/** A line of a file, without its end; lines are counted from 1. */
export type ValueLine = {readonly line: number; readonly bytes: Buffer};

/** A line that cannot be sent, and why; `column` counts from 1, in characters. */
export type LineProblem = {readonly line: number; readonly column: number; readonly reason: string};

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export type CheckedLines = {
  readonly lines: number;
  /** The first of them. */
  readonly problems: readonly LineProblem[];
  readonly problemCount: number;
};

/** A longer line is no message: brokers take 1 MiB by default. */
const mostBytes = 32 * 1024 * 1024;
const mostProblems = 100;
const lineEnd = 0x0a;
const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

/** The lines of a file as it is read, those without anything left out; never more than one line and a chunk in memory. */
export async function* valueLines(chunks: Chunks): AsyncGenerator<ValueLine> {
  let line = 1;
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (;;) {
      const at = chunk.indexOf(lineEnd, from);
      const part = chunk.subarray(from, at < 0 ? chunk.length : at);
      restBytes += part.length;
      if (restBytes > mostBytes) throw new Error(`line ${line} has more than ${mostBytes} bytes`);
      rest.push(part);
      if (at < 0) break;
      const bytes = withoutEnd(Buffer.concat(rest));
      if (bytes.length > 0) yield {line, bytes};
      line++;
      rest = [];
      restBytes = 0;
      from = at + 1;
    }
  }
  const bytes = withoutEnd(Buffer.concat(rest));
  if (bytes.length > 0) yield {line, bytes};
}

/** Why a line is no JSON; null: it is. `fill` is what is done to its text before it is sent. */
export function problemOf({line, bytes}: ValueLine, fill: (text: string) => string): LineProblem | null {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return {line, column: 1, reason: 'it is not UTF-8'};
  }
  const check = checkJson(fill(text));
  return check.valid ? null : {line, column: check.column, reason: check.reason};
}

/** Reads all lines and says which of them cannot be sent. `progress` hears how many were read, now and then. */
export async function checkLines(
  chunks: Chunks,
  check: (line: ValueLine) => LineProblem | null,
  progress: (lines: number) => void = () => {},
): Promise<CheckedLines> {
  const problems: LineProblem[] = [];
  let lines = 0;
  let problemCount = 0;
  for await (const line of valueLines(chunks)) {
    if (++lines % 1000 === 0) progress(lines);
    const problem = check(line);
    if (!problem) continue;
    problemCount++;
    if (problems.length < mostProblems) problems.push(problem);
  }
  return {lines, problems, problemCount};
}

function withoutEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0x0d) end--;
  return bytes.subarray(0, end);
}
