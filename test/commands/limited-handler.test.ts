import {expect, it} from 'vitest';
import {limitHandler} from '../../source/commands/limited-handler.ts';
import type {Handler} from '../../source/flow/handler.ts';

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
  const message = {
    ...{topic: 'n', partition: 3, offset: 0n, timestamp: 0},
    ...{key: null, value: null, headers: {}},
  };
  await handler.handle({messages: [message], attempt: 1, signal, highWatermark: null});
  expect(heard).toEqual([[3, true]]);
});
