import type {Handler} from '../flow/handler.ts';
import type {Outcome} from '../flow/outcome.ts';

/**
 * The handler, for at most `most` messages: what would be one too many is not handed over. A message that fails and is
 * tried again counts once.
 */
export function limitHandler(handler: Handler, most: number): Handler {
  let left = most;
  return {
    ...handler,
    handle(run) {
      const messages = run.attempt > 1 ? run.messages : run.messages.slice(0, left);
      if (messages.length === 0) return [];
      if (run.attempt === 1) left -= messages.length;
      const giveBack = (outcomes: readonly Outcome[]) => {
        if (run.attempt === 1) left += messages.length - outcomes.length;
        return outcomes;
      };
      const outcomes = handler.handle({...run, messages});
      return outcomes instanceof Promise ? outcomes.then(giveBack) : giveBack(outcomes);
    },
    onPause: listener => handler.onPause?.(listener),
    close: () => handler.close(),
  };
}
