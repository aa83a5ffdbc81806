import type {Handler, Run} from '../../flow/handler.ts';
import {oneByOne, outcomeOf} from '../one-by-one.ts';
import {environmentOf} from './environment.ts';
import {failureFromProgram} from './failure-from-program.ts';
import {checkProgram} from './find-program.ts';
import {runProgram} from './run-program.ts';

export type CommandOptions = {
  /** ms that one message may take. */
  readonly timeout: number;
};

const nothing = Buffer.alloc(0);

/**
 * A program that is run once for each message (`--exec`): the value on stdin, metadata in the environment (see
 * `environmentOf`), no shell. Exit 0 is success; exit 75, a signal or a timeout may pass when tried again; any other exit
 * is permanent. What it prints is kept with the attempt. Rejects with a sentence when there is no such program.
 */
export async function createCommandHandler(
  program: readonly string[],
  {timeout}: CommandOptions,
): Promise<Handler> {
  await checkProgram(program[0]!);
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const attempt = async (message: Run['messages'][number], number: number) => {
    if (closing.signal.aborted) return null;
    const result = runProgram(program, {
      input: message.value ?? nothing,
      variables: environmentOf(message, number),
      timeoutMs: timeout,
      signal: closing.signal,
    });
    running.add(result);
    const {end, durationMs, output, lastErrors} = await result;
    running.delete(result);
    if (end.by === 'stop') return null;
    return outcomeOf(durationMs, output, failureFromProgram({end, lastErrors}, timeout));
  };
  return {
    name: program.join(' '),
    handle: run => oneByOne(run, message => attempt(message, run.attempt)),
    async close() {
      closing.abort();
      await Promise.all(running);
    },
  };
}
