import {basename} from 'node:path';

type BabelError = {
  readonly message?: string;
  readonly loc?: {readonly line: number; readonly column: number};
};

/** The person's text cannot be read: what is wrong, and where. */
export class LoadError extends Error {
  override readonly name = 'SyntaxError';

  /** Babel's error for a file: its message names no file, shows the lines, and counts columns from 0. */
  static at(file: string, error: unknown): LoadError {
    const {message = String(error), loc} = error as BabelError;
    const what = message
      .split('\n', 1)[0]!
      .replace(/^\/: /, '')
      .replace(/\s*\(\d+:\d+\)$/, '')
      .replace(/\.$/, '');
    return new LoadError(
      loc ? `${what} (${basename(file)}:${loc.line}:${loc.column + 1})` : `${what} (${file})`,
    );
  }
}
