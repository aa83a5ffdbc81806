import type {Handler, Run} from '../../source/flow/handler.ts';
import type {Message} from '../../source/flow/message.ts';
import type {Outcome} from '../../source/flow/outcome.ts';

/** A message for tests; `value` that is no Buffer and not null is written as JSON. */
export function message(value: unknown, more: Partial<Message> = {}): Message {
  return {
    topic: 'notifications',
    partition: 0,
    offset: 42n,
    timestamp: 1_700_000_000_000,
    key: null,
    headers: {},
    ...more,
    value: value === null || Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value)),
  };
}

/** Consecutive messages of one partition, from offset 0 on. */
export function messages(values: readonly unknown[], partition = 0): Message[] {
  return values.map((value, index) => message(value, {offset: BigInt(index), partition}));
}

export function run(of: readonly Message[] | Message, more: Partial<Run> = {}): Run {
  const messages = Array.isArray(of) ? (of as readonly Message[]) : [of as Message];
  return {messages, attempt: 1, signal: new AbortController().signal, ...more};
}

/** Hands the values over as one run. */
export async function handled(handler: Handler, ...values: unknown[]): Promise<readonly Outcome[]> {
  return handler.handle(run(messages(values)));
}

/** Waits for a condition, with a deadline. */
export async function until(what: string, condition: () => boolean, deadlineMs = 10_000): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
