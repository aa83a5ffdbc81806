import type {Handler} from '../../../source/flow/handler.ts';
import type {Message} from '../../../source/flow/message.ts';
import type {Outcome} from '../../../source/flow/outcome.ts';
import {program} from '../../kafka/requirements.ts';
import {handlerFile} from './runs.ts';

/** Whether there is a Python to run programs with. */
export const pythonThere = program('python3');
if (!pythonThere.available) console.error(`skipped: ${pythonThere.reason}`);

/** A program of these lines of Python. */
export function python(code: string): string[] {
  return ['python3', handlerFile(code, 'program.py')];
}

/** A message for one field's story; the rest is as plain as can be. */
export function message(more: Partial<Message> = {}): Message {
  return {
    topic: 'notifications',
    partition: 0,
    offset: 42n,
    timestamp: 1000,
    timestampType: 'create-time',
    key: null,
    headers: [],
    value: Buffer.from('{}'),
    ...more,
  };
}

/** One attempt at one message. */
export async function attempt(handler: Handler, of: Message, number = 1): Promise<Outcome> {
  const {signal} = new AbortController();
  const outcomes = await handler.handle({messages: [of], attempt: number, signal, highWatermark: null});
  if (outcomes.length !== 1) throw new Error(`${outcomes.length} outcomes instead of one`);
  return outcomes[0]!;
}
