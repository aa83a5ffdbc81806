import type {Clock} from './clock.ts';
import {type InjectedFaults, touchesMessages} from './faults.ts';
import type {Handler, Run} from './handler.ts';
import type {Outcome} from './outcome.ts';

/** The handler with faults before it. `faults` is asked for each message, `used` hears that one of `failNext` is gone. */
export function injectFaults(
  handler: Handler,
  {clock, faults, used}: {clock: Clock; faults: () => InjectedFaults; used: () => void},
): Handler {
  let taken = 0;
  /** A fault for this message, or null. */
  const faultOf = (run: Run): Outcome | null => {
    const {failNext, failEvery} = faults();
    if (run.attempt === 1) taken++;
    const isNth = failEvery > 0 && run.attempt === 1 && taken % failEvery === 0;
    if (failNext === 0 && !isNth) return null;
    if (failNext > 0) used();
    const failure = {name: 'InjectedFault', message: 'failed on purpose', permanent: false};
    return {status: 'failed', durationMs: 0, failure};
  };
  const one = async (run: Run): Promise<readonly Outcome[]> => {
    const {slowMs} = faults();
    if (slowMs > 0) await pause(clock, slowMs, run.signal);
    if (run.signal.aborted) return [];
    const fault = faultOf(run);
    return fault ? [fault] : handler.handle(run);
  };
  return {
    ...handler,
    handle(run) {
      if (!touchesMessages(faults())) return handler.handle(run);
      // One at a time, so that each message meets the fault that is on when it is its turn.
      return one({...run, messages: run.messages.slice(0, 1)});
    },
    onPause: listener => handler.onPause?.(listener),
    close: () => handler.close(),
  };
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener('abort', end, {once: true});
  });
}
