import {setImmediate as nextTurn} from 'node:timers/promises';

/** Work that takes long perhaps: each `yield` is a place at which somebody else may have a turn. */
export type Work<Result> = Generator<void, Result, void>;

/** ms of work before everybody else has a turn. */
const slice = 8;

/** Does the work without a pause. */
export function atOnce<Result>(work: Work<Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** Does the work with pauses, so that keys, timers and sockets are heard meanwhile. */
export async function inTurns<Result>(work: Work<Result>): Promise<Result> {
  let since = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() - since < slice) continue;
    await nextTurn();
    since = performance.now();
  }
}
