/** Why an attempt failed, in the words of whoever failed it. Text is from outside: make it safe before showing it. */
export type Failure = {
  /** The error's class or kind: `TypeError`, `timeout`, `exit 1`, `HTTP 503`, `undecodable`, `invalid`. */
  readonly name: string;
  /** One line. */
  readonly message: string;
  readonly stack?: string;
  /** `notify.ts:14`, where known. */
  readonly where?: string;
  /** Permanent: trying again cannot help; goes to the failure policy at once. */
  readonly permanent: boolean;
  /** The least time to wait before the next attempt, where the processing code asked for one (Retry-After). */
  readonly retryAfterMs?: number;
};

/** What one attempt at one message came to. `output` is what the code printed, capped by the handler. */
export type Outcome =
  | {
      readonly status: 'processed';
      readonly durationMs: number;
      readonly output?: string;
      readonly note?: string;
    }
  | {
      readonly status: 'failed';
      readonly durationMs: number;
      readonly output?: string;
      readonly failure: Failure;
    };

/** How a message became final. `replaced` by an edited one that was published and acknowledged. */
export type Final = 'processed' | 'skipped' | 'dead-lettered' | 'replaced';
