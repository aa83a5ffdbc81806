import type {Failure} from '../../flow/outcome.ts';
import type {RunReader} from './messages.ts';
import type {PackedRun, Progress} from './protocol.ts';

/** What came of a run in the worker. */
export type WorkDone = {
  /** How many messages were taken; the last of them failed where `failure` is set. */
  readonly handled: number;
  readonly failure: Failure | null;
  /** What was printed, by index within the run. */
  readonly output: readonly (readonly [number, string])[];
  /** What was printed for a message that counts as not taken. */
  readonly unclaimed: string | undefined;
};

/** One style's way to take a run. It never rejects. */
export type Work = (
  run: PackedRun,
  reader: RunReader,
  progress: Progress,
  signal: AbortSignal,
) => Promise<WorkDone>;

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as {then?: unknown} | null | undefined)?.then === 'function';
}
