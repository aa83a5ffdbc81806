import type {Run} from '../flow/handler.ts';
import type {Message} from '../flow/message.ts';
import type {Failure, Outcome} from '../flow/outcome.ts';
import {decodeJson} from './decode.ts';

/**
 * Takes a run's messages one after the other, up to the first that fails or until asked to stop. `attempt` answers null
 * when it was interrupted through no fault of the message.
 */
export async function oneByOne(
  {messages, signal}: Run,
  attempt: (message: Message) => Promise<Outcome | null>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const message of messages) {
    if (signal.aborted) break;
    const undecodable = undecodableFailure(message);
    const outcome = undecodable
      ? ({status: 'failed', durationMs: 0, failure: undecodable} as const)
      : await attempt(message);
    if (outcome === null) break;
    outcomes.push(outcome);
    if (outcome.status === 'failed') break;
  }
  return outcomes;
}

/** What is not JSON goes to the failure policy before any processing code sees it (rule 9). */
function undecodableFailure({value}: Message): Failure | null {
  const decoded = value === null ? null : decodeJson(value);
  return decoded && 'failure' in decoded ? decoded.failure : null;
}

export function outcomeOf(durationMs: number, output: string | undefined, failure: Failure | null): Outcome {
  const kept = output === undefined ? {} : {output};
  return failure
    ? {status: 'failed', durationMs, ...kept, failure}
    : {status: 'processed', durationMs, ...kept};
}
