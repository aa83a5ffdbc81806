import type {Failure} from './outcome.ts';

/** What happens to a message whose attempts are used up, or whose failure is permanent. */
export type OnFailure = 'hold' | 'dead-letter' | 'skip';

export type FailurePolicy = {
  readonly onFailure: OnFailure;
  /** Further attempts after the first. */
  readonly retries: number;
};

export const defaultFailurePolicy: FailurePolicy = {onFailure: 'hold', retries: 2};

/** What follows a failed attempt. */
export type NextStep = {readonly step: 'retry'; readonly afterMs: number} | {readonly step: OnFailure};

const longestPause = 30_000;

/** 1, 2, 4 … 30 s after the 1st, 2nd, 3rd … failed attempt. */
export function backOff(attempt: number): number {
  return Math.min(1000 * 2 ** Math.min(attempt - 1, 10), longestPause);
}

/**
 * Decides after attempt number `attempt` (from 1) failed. A permanent failure goes to the policy at once, since trying
 * again cannot help; a wait that the processing code asked for (Retry-After) is honoured when it is longer.
 */
export function afterFailure(policy: FailurePolicy, failure: Failure, attempt: number): NextStep {
  if (failure.permanent || attempt > policy.retries) return {step: policy.onFailure};
  return {step: 'retry', afterMs: Math.max(backOff(attempt), failure.retryAfterMs ?? 0)};
}
