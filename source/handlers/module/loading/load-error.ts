import {basename} from 'node:path';

type BabelError = {
  readonly message?: string;
  readonly loc?: {readonly line: number; readonly column: number};
};

/** The person's text cannot be read: what is wrong, and where. */
export class LoadError extends Error {
  override readonly name = 'SyntaxError';

  /** Babel's error for a file: its message names no file, shows the lines, and may tell the line in these alone. */
  static at(file: string, error: unknown): LoadError {
    const {message = String(error), loc} = error as BabelError;
    const what = message
      .split('\n', 1)[0]!
      .replace(/^\/: /, '')
      .replace(/\s*\(\d+:\d+\)$/, '')
      .replace(/\.$/, '');
    const shown = /^> *(\d+) \|/m.exec(message)?.[1];
    const place = loc ? `:${loc.line}:${loc.column + 1}` : shown ? `:${shown}` : '';
    return new LoadError(`${what} (${basename(file)}${place})`);
  }
}
