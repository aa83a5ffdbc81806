/** Exit codes that scripts can rely on. */
export const exitCodes = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  /** Not acknowledged, or unknown whether. */
  unknown: 3,
  /** Whoever read stdout has gone, as in `| head -2`: what a shell says of a program that SIGPIPE ended (128 + 13). */
  readerGone: 141,
} as const;

/** Ends a command: its sentence is for the person, on stderr (empty: nothing); nothing else is printed, never a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(sentence: string, exitCode: number = exitCodes.failed) {
    super(sentence);
    this.exitCode = exitCode;
  }
}
