/** A wait that took longer than it may. Says what was waited for. */
export class DeadlineError extends Error {
  readonly what: string;
  readonly ms: number;

  constructor(what: string, ms: number) {
    super(`No answer within ${ms / 1000} s: ${what}`);
    this.name = 'DeadlineError';
    this.what = what;
    this.ms = ms;
  }
}

/**
 * The promise's result, or a DeadlineError after `ms`. `what` says what is waited for: "connecting to 127.0.0.1:9092".
 * What comes after the deadline is dropped, an error too.
 */
export async function withDeadline<Result>(
  promise: Promise<Result>,
  ms: number,
  what: string,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  promise.catch(() => {});
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new DeadlineError(what, ms)), ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
