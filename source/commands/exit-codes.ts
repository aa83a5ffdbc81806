/** Exit codes that scripts can rely on. */
export const exitCodes = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  /** Not acknowledged, or unknown whether. */
  unknown: 3,
} as const;

/** Ends a command: its sentence is for the person, on stderr; nothing else is printed, never a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(sentence: string, exitCode: number = exitCodes.failed) {
    super(sentence);
    this.exitCode = exitCode;
  }
}
