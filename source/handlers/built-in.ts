import type {Handler, Run} from '../flow/handler.ts';
import type {Message} from '../flow/message.ts';
import type {Failure, Outcome} from '../flow/outcome.ts';
import {decodeJson} from './decode.ts';
import type {SchemaCheck} from './schema.ts';

/** After so many ms a run is answered as far as it came, so that keys and heartbeats are served in between. */
const longestMs = 8;

export type BuiltInOptions = {
  /** The file of a JSON Schema that every value is checked against. */
  readonly schema?: string | undefined;
};

/**
 * The handler without any code of the user's: a value is processed when it is JSON, and valid where a schema is given.
 * A tombstone is processed, with a note. It answers without a promise. Rejects when the schema cannot be used.
 */
export async function createBuiltInHandler({schema}: BuiltInOptions = {}): Promise<Handler> {
  const check = schema === undefined ? null : await (await import('./schema.ts')).loadSchema(schema);
  return {
    name: check ? `built in, with ${schema}` : 'built in',
    handle: run => handle(run, check),
    close: async () => {},
  };
}

function handle({messages, signal}: Run, check: SchemaCheck | null): readonly Outcome[] {
  const outcomes: Outcome[] = [];
  const began = performance.now();
  let last = began;
  for (const message of messages) {
    if (signal.aborted) break;
    const failure = message.value === null ? null : failureOf(message.value, check);
    const now = performance.now();
    const durationMs = now - last;
    last = now;
    if (failure) {
      outcomes.push({status: 'failed', durationMs, failure});
      break;
    }
    outcomes.push(processed(message, durationMs));
    if (now - began >= longestMs) break;
  }
  return outcomes;
}

function failureOf(value: Buffer, check: SchemaCheck | null): Failure | null {
  const decoded = decodeJson(value);
  if (!decoded.decodable) return decoded.failure;
  return check ? check(decoded.value) : null;
}

function processed(message: Message, durationMs: number): Outcome {
  return message.value === null
    ? {status: 'processed', durationMs, note: 'tombstone'}
    : {status: 'processed', durationMs};
}
