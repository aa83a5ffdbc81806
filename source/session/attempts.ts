import type {Exchange, Failure, Outcome} from '../flow/outcome.ts';

/** One attempt at one message. `at` is ms since 1970, when it ended; it began `durationMs` before. */
export type Attempt = {
  readonly number: number;
  readonly at: number;
  readonly durationMs: number;
  /** null: it succeeded. */
  readonly failure: Failure | null;
  readonly output?: string;
  readonly exchange?: Exchange;
};

/** Attempts kept of one message. */
const mostAttempts = 50;
/** Characters of output kept of an attempt that succeeded: there can be one in each of thousands of rows. */
const mostOfSuccess = 4096;

export function attemptOf(outcome: Outcome, number: number, at: number): Attempt {
  const {durationMs, output, exchange} = outcome;
  const failure = outcome.status === 'failed' ? outcome.failure : null;
  return {
    number,
    at,
    durationMs,
    failure,
    ...(output !== undefined && {output: failure ? output : beginningOf(output)}),
    ...(exchange && {exchange}),
  };
}

/** Whether a success left more behind than its duration, which its row says already. */
export function leftSomething({output, exchange}: Outcome): boolean {
  return output !== undefined || exchange !== undefined;
}

export function withAttempt(attempts: readonly Attempt[], attempt: Attempt): Attempt[] {
  return [...attempts, attempt].slice(-mostAttempts);
}

/** Bytes that they keep, about. */
export function weightOfAttempts(attempts: readonly Attempt[]): number {
  let weight = 0;
  for (const {output, failure, exchange} of attempts) {
    weight += 200 + (output?.length ?? 0) + (failure?.stack?.length ?? 0);
    if (exchange) weight += 1000;
  }
  return weight;
}

function beginningOf(output: string): string {
  if (output.length <= mostOfSuccess) return output;
  return `${output.slice(0, mostOfSuccess)}… ${output.length - mostOfSuccess} more characters`;
}
