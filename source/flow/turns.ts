import type {Clock} from './clock.ts';

/** The longest that work may keep input, drawing and heartbeats waiting, in ms. */
const slice = 8;

/**
 * Shares the event loop: actions run one after another until the slice is used up, then everybody else has a turn.
 * Without it six busy lanes in a row would make a key press wait for all of them.
 */
export function inTurns(clock: Clock): (action: () => void) => void {
  const waiting: (() => void)[] = [];
  let scheduled = false;

  function turn(): void {
    scheduled = false;
    const until = performance.now() + slice;
    while (waiting.length > 0) {
      waiting.shift()!();
      if (performance.now() >= until) break;
    }
    schedule();
  }

  function schedule(): void {
    if (scheduled || waiting.length === 0) return;
    scheduled = true;
    clock.soon(turn);
  }

  return action => {
    waiting.push(action);
    schedule();
  };
}
