import {expect, it} from 'vitest';
import {limitHandler} from '../../source/commands/limited-handler.ts';
import type {Handler} from '../../source/flow/handler.ts';
import {message} from '../flow/support/messages.ts';

/** Its methods are on the prototype, as those of a handler that is a class. */
class Pausing implements Handler {
  readonly name = 'pausing';
  #listener: ((partition: number, isPaused: boolean) => void) | null = null;

  handle() {
    this.#listener?.(3, true);
    return [];
  }

  onPause(listener: (partition: number, isPaused: boolean) => void) {
    this.#listener = listener;
  }

  async close() {}
}

it('a limited handler passes on what pauses a partition', async () => {
  const heard: unknown[] = [];
  const handler = limitHandler(new Pausing(), 10);
  handler.onPause!((...pause) => heard.push(pause));
  const {signal} = new AbortController();
  await handler.handle({messages: [message(3, 0)], attempt: 1, signal, highWatermark: null});
  expect(heard).toEqual([[3, true]]);
});
