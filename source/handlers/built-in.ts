import type {Handler, Run} from '../flow/handler.ts';
import type {Message} from '../flow/message.ts';
import type {Failure, Outcome} from '../flow/outcome.ts';
import {decodeJson} from './decode.ts';
import {interruptAfter} from './interrupt.ts';

/** Says what is wrong with a decoded value, or null. */
export type Check = (value: unknown) => Failure | null;

/** The longest that one call may keep everything else waiting, in ms. */
const slice = 8;
/** And where one message alone takes long, by a pattern that never comes to an end: far below the group's session. */
const longestCheck = 1000;

/** The processing code that is there by default: the value must be JSON, and pass the check where one is given. */
export function createBuiltInHandler(check?: Check): Handler {
  return {
    name: check ? 'built in, with a schema' : 'built in',
    handle: run => (check ? handleGuarded(run, check) : handle(run)),
    close: async () => {},
  };
}

/** A check is a person's own: it must not hold up the thread that everything else runs in. */
function handleGuarded(run: Run, check: Check): readonly Outcome[] {
  const outcomes: Outcome[] = [];
  if (interruptAfter(longestCheck, () => void handle(run, check, outcomes))) return outcomes;
  const message = `the check was not done after ${longestCheck / 1000} s; look for a pattern in the schema that can match in too many ways`;
  return [
    ...outcomes,
    {status: 'failed', durationMs: longestCheck, failure: {name: 'timeout', message, permanent: true}},
  ];
}

/** Adds to `outcomes` as they come. */
function handle({messages, signal}: Run, check?: Check, outcomes: Outcome[] = []): readonly Outcome[] {
  const began = performance.now();
  let before = began;
  for (const message of messages) {
    if (signal.aborted) break;
    const failure = failureOf(message, check);
    const now = performance.now();
    const durationMs = now - before;
    before = now;
    if (failure) {
      outcomes.push({status: 'failed', durationMs, failure});
      break;
    }
    outcomes.push(
      message.value === null
        ? {status: 'processed', durationMs, note: 'tombstone'}
        : {status: 'processed', durationMs},
    );
    if (now - began > slice) break;
  }
  return outcomes;
}

function failureOf({value}: Message, check: Check | undefined): Failure | null {
  if (value === null) return null;
  const decoded = decodeJson(value);
  if ('failure' in decoded) return decoded.failure;
  return check?.(decoded.value) ?? null;
}
