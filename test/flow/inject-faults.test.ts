import {expect, it} from 'vitest';
import {type InjectedFaults, noFaults, sayFaults} from '../../source/flow/faults.ts';
import type {Handler, Run} from '../../source/flow/handler.ts';
import {injectFaults} from '../../source/flow/inject-faults.ts';
import type {Message} from '../../source/flow/message.ts';
import {ManualClock} from './support/manual-clock.ts';
import {message} from './support/messages.ts';

const clock = new ManualClock();
const working: Handler = {
  name: 'works',
  handle: ({messages}) => messages.map(() => ({status: 'processed', durationMs: 1})),
  close: async () => {},
};

function messages(count: number): Message[] {
  return Array.from({length: count}, (_, at) => ({
    ...message(0, at),
    value: null,
  }));
}

function run(count: number, attempt = 1): Run {
  return {messages: messages(count), attempt, signal: new AbortController().signal, highWatermark: null};
}

function faulty(faults: InjectedFaults) {
  let now = faults;
  const used = () => {
    now = {...now, failNext: now.failNext - 1};
  };
  return injectFaults(working, {clock, faults: () => now, used});
}

it('stays out of the way while nothing is on: whole runs go through', async () => {
  expect(await faulty(noFaults).handle(run(5))).toHaveLength(5);
  expect(sayFaults(noFaults)).toBe('');
});

it('fails the next ones, then no more', async () => {
  const handler = faulty({...noFaults, failNext: 2});
  const statuses = [];
  for (let at = 0; at < 4; at++) statuses.push((await handler.handle(run(1)))[0]!.status);
  expect(statuses).toEqual(['failed', 'failed', 'processed', 'processed']);
});

it('fails every third at its first attempt, and lets the second attempt through', async () => {
  const handler = faulty({...noFaults, failEvery: 3});
  const statuses = [];
  for (let at = 0; at < 6; at++) statuses.push((await handler.handle(run(1)))[0]!.status);
  expect(statuses).toEqual(['processed', 'processed', 'failed', 'processed', 'processed', 'failed']);
  expect((await handler.handle(run(1, 2)))[0]!.status).toBe('processed');
});

it('waits before each message while slow, and takes nothing when asked to stop meanwhile', async () => {
  const handler = faulty({...noFaults, slowMs: 1000});
  let done = false;
  const slow = Promise.resolve(handler.handle(run(3))).then(outcomes => {
    done = true;
    return outcomes;
  });
  await Promise.resolve();
  expect(done).toBe(false);
  await clock.turn(1000);
  expect(await slow).toHaveLength(1);

  const stopping = new AbortController();
  const stopped = handler.handle({...run(3), signal: stopping.signal});
  stopping.abort();
  expect(await stopped).toEqual([]);
});

it('passes on what pauses a partition', () => {
  let tell: (partition: number, isPaused: boolean) => void = () => {};
  const pausing: Handler = {
    ...working,
    onPause(listener) {
      tell = listener;
    },
  };
  const heard: unknown[] = [];
  injectFaults(pausing, {clock, faults: () => noFaults, used: () => {}}).onPause!((...pause) =>
    heard.push(pause),
  );
  tell(3, true);
  expect(heard).toEqual([[3, true]]);
});
