import {expect, it} from 'vitest';
import type {FlowEvent} from '../../source/flow/events.ts';
import type {Message} from '../../source/flow/message.ts';
import type {Exchange, Outcome} from '../../source/flow/outcome.ts';
import {attemptOf, weightOfAttempts, withAttempt} from '../../source/session/attempts.ts';
import {Stream} from '../../source/session/stream.ts';

const exchange: Exchange = {
  request: {method: 'POST', url: 'http://localhost:3000/hook', headers: {'Kafka-Offset': '0'}, bytes: 2},
  response: {status: 200, headers: {}},
};

function handled(count: number, from: number, outcome: Outcome): FlowEvent {
  const messages = Array.from({length: count}, (_, at): Message => {
    const offset = BigInt(from + at);
    return {
      topic: 't',
      partition: 0,
      offset,
      timestamp: 0,
      timestampType: 'create-time',
      key: null,
      value: null,
      headers: [],
    };
  });
  return {
    type: 'handled',
    at: {topic: 't', partition: 0},
    attempt: 1,
    messages,
    outcomes: messages.map(() => outcome),
  };
}

it('keeps the one attempt of a processed message where its code said something', () => {
  const stream = new Stream(() => 5000);
  stream.take(handled(1, 0, {status: 'processed', durationMs: 2}));
  stream.take(handled(1, 1, {status: 'processed', durationMs: 2, output: 'sent', exchange}));
  stream.flush();
  expect(stream.rowAt(0, 0n)!.attempts).toEqual([]);
  expect(stream.rowAt(0, 1n)!.attempts).toEqual([
    {number: 1, at: 5000, durationMs: 2, failure: null, output: 'sent', exchange},
  ]);
});

it('keeps the beginning of what a success printed, and all that the handler kept of a failure', () => {
  const output = 'x'.repeat(60_000);
  const failure = {name: 'Error', message: 'no', permanent: false};
  expect(attemptOf({status: 'processed', durationMs: 1, output}, 1, 0).output).toMatch(
    /^x{4096}… 55904 more characters$/,
  );
  expect(attemptOf({status: 'failed', durationMs: 1, output, failure}, 1, 0).output).toBe(output);
});

it('stays within its bytes, however much is printed for each of many messages', () => {
  const stream = new Stream(() => 0);
  for (let at = 0; at < 200; at++) {
    stream.take(handled(100, at * 100, {status: 'processed', durationMs: 1, output: 'x'.repeat(60_000)}));
    stream.flush();
  }
  const kept = stream.rows.reduce((sum, row) => sum + weightOfAttempts(row.attempts), 0);
  expect(kept).toBeLessThanOrEqual(16 * 1024 * 1024);
  expect(stream.rows.length).toBeGreaterThan(500);
  expect(stream.rows.at(-1)!.offset).toBe(19_999n);
});

it('keeps the last fifty attempts', () => {
  let attempts: ReturnType<typeof withAttempt> = [];
  for (let number = 1; number <= 60; number++) {
    attempts = withAttempt(attempts, attemptOf({status: 'processed', durationMs: 1}, number, 0));
  }
  expect(attempts.map(({number}) => number)).toEqual(Array.from({length: 50}, (_, at) => at + 11));
});
