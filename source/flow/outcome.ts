/** Why an attempt failed, in the words of whoever failed it. Text is from outside: make it safe before showing it. */
export type Failure = {
  /** The error's class or kind: `TypeError`, `timeout`, `exit 1`, `HTTP 503`, `undecodable`, `invalid`. */
  readonly name: string;
  /**
   * What failures share that are alike, where the name does not tell it: many programs end with `exit 1` whatever is
   * wrong, and say on stderr what it is.
   */
  readonly alike?: string;
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

/** What this failure shares with those that are alike: they are shown, tried again, skipped and dead-lettered together. */
export function alikeOf({alike, name}: Failure): string {
  return alike ?? name;
}

/** One request and its answer, as processing code behind HTTP had them: capped, and without what is secret. */
export type Exchange = {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    /** Of the body, which is the message's value. */
    readonly bytes: number;
  };
  /** null: there was none. Its body is the attempt's output. */
  readonly response: {readonly status: number; readonly headers: Readonly<Record<string, string>>} | null;
};

/** What one attempt at one message came to. `output` is what the code printed, capped by the handler. */
export type Outcome =
  | {
      readonly status: 'processed';
      readonly durationMs: number;
      readonly output?: string;
      readonly exchange?: Exchange;
      readonly note?: string;
    }
  | {
      readonly status: 'failed';
      readonly durationMs: number;
      readonly output?: string;
      readonly exchange?: Exchange;
      readonly failure: Failure;
    };

/** How a message became final. `replaced` by an edited one that was published and acknowledged. */
export type Final = 'processed' | 'skipped' | 'dead-lettered' | 'replaced';
