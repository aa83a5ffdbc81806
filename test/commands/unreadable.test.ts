import {describe, expect, it} from 'vitest';
import {readAct} from '../../source/commands/acts.ts';
import {tellEvents} from '../../source/commands/consume-lines.ts';
import {OpenFailures} from '../../source/commands/open-failures.ts';
import {Acts} from '../../source/commands/perform-acts.ts';
import type {OnFailure} from '../../source/flow/failure-policy.ts';
import {SimulatedGroup, violations} from '../flow/support/simulated-group.ts';

/** Six messages; 2 to 4 are in a batch that cannot be read so many times. */
async function damaged({
  readings = Number.POSITIVE_INFINITY,
  onFailure = 'hold' as OnFailure,
  isEndKnown = true,
} = {}) {
  const damage = {from: 2, next: 5, isEndKnown, readings};
  const partition = {offsets: [0, 1, 2, 3, 4, 5], fates: new Map(), damaged: [damage], first: 0, end: 6};
  const group = new SimulatedGroup([partition], {onFailure, retries: 0});
  group.meet([0]);
  const flow = async () => {
    for (let round = 0; round < 4; round++) {
      group.fetch(10);
      await group.clock.turn(1000);
    }
  };
  await flow();
  return {group, flow};
}

/** The lines that a headless run prints of these events, but for commits. */
function linesOf({events}: SimulatedGroup, {withValue = false} = {}): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const tell = tellEvents({write: line => lines.push({...line})}, {withValue});
  for (const event of events) tell(event);
  return lines.filter(({status}) => status !== 'committed');
}

async function act({group}: {group: SimulatedGroup}, ...lines: object[]): Promise<object[]> {
  const answers: object[] = [];
  const acts = new Acts({
    processing: () => group.processing,
    publish: () => Promise.reject(new Error('nothing is published here')),
    retried() {},
    answer: line => answers.push(line),
    say() {},
  });
  const [lane] = group.processing.lanes();
  expect(acts.waitsFor(lane!)).toBe(true);
  await acts.read(input(lines));
  expect(acts.waitsFor(lane!)).toBe(false);
  return answers;
}

async function* input(lines: readonly object[]): AsyncGenerator<string> {
  for (const line of lines) yield `${JSON.stringify(line)}\n`;
}

describe('a batch that cannot be read, headless', () => {
  it('is a line of its own: where it begins, where reading can go on, and why; no failure of a message', async () => {
    const {group} = await damaged();
    const lines = linesOf(group);
    expect(lines.map(({status}) => status)).toEqual(['processed', 'processed', 'unreadable']);
    expect(lines.at(-1)).toEqual({
      status: 'unreadable',
      topic: 'notifications',
      partition: 0,
      offset: 2n,
      next: 5n,
      reason: 'CRC mismatch',
      bytes: 7,
    });
    const [batch] = linesOf(group, {withValue: true}).slice(-1);
    expect(batch).toMatchObject({batch: {base64: Buffer.from('damaged').toString('base64')}});
  });

  it('is skipped by the failure policy where it says so, and told as skipped', async () => {
    const {group} = await damaged({onFailure: 'skip'});
    const told = linesOf(group).slice(2, 4);
    expect(told).toEqual([
      expect.objectContaining({status: 'unreadable', offset: 2n}),
      {
        status: 'skipped',
        topic: 'notifications',
        partition: 0,
        offset: 2n,
        next: 5n,
        note: 'by the failure policy',
      },
    ]);
    const failures = new OpenFailures();
    for (const event of group.events) failures.take(event);
    expect([failures.areThere, failures.ended]).toEqual([true, 3]);
  });

  it('is skipped by an act that names its offsets, and only by that', async () => {
    const run = await damaged();
    const skip = {act: 'skip-unreadable', partition: 0, offset: '2', reason: 'damaged on disk'};
    expect(await act(run, {...skip, next: '6'}, {...skip, next: '5'}, {...skip, next: '5'})).toEqual([
      expect.objectContaining({line: 1, done: false, because: '0@2 is not held as unreadable any more.'}),
      {status: 'act', line: 2, act: 'skip-unreadable', partition: 0, offset: 2n, done: true},
      expect.objectContaining({line: 3, done: false}),
    ]);
    await run.flow();
    expect(run.group.committed.get(0)).toBe(6n);
    expect(run.group.dispatched).toEqual(['0@0', '0@1', '0@5']);
    expect(violations).toEqual([]);
  });

  it('is not skipped by an act for one message, which is told why it waits', async () => {
    const run = await damaged();
    expect(await act(run, {act: 'skip', partition: 0, offset: '2', reason: 'no'})).toEqual([
      expect.objectContaining({
        done: false,
        waiting: true,
        because: "0@2 is not held yet; 0@2 can't be read: CRC mismatch (2 to 4)",
      }),
    ]);
    expect(run.group.unreadable()).toHaveLength(1);
  });

  it('is not skipped where its end is unknown, and what can be done is said', async () => {
    const run = await damaged({isEndKnown: false});
    const skip = {act: 'skip-unreadable', partition: 0, offset: '2', next: '5', reason: 'damaged'};
    expect(await act(run, skip)).toEqual([
      expect.objectContaining({
        done: false,
        because: expect.stringContaining('rewind --partition 0 --to OFFSET'),
      }),
    ]);
  });

  it('is read again by an act, and processed where it is good', async () => {
    const run = await damaged({readings: 1});
    expect(await act(run, {act: 'read-again', partition: 0, offset: '2'})).toEqual([
      {status: 'act', line: 1, act: 'read-again', partition: 0, offset: 2n, done: true},
    ]);
    await run.flow();
    expect(run.group.committed.get(0)).toBe(6n);
    const failures = new OpenFailures();
    for (const event of run.group.events) failures.take(event);
    expect(failures.areThere).toBe(false);
  });

  it.each([
    ['{"act":"skip-unreadable","partition":0,"offset":"2","reason":"x"}', '"next" is a text of digits'],
    ['{"act":"skip-unreadable","partition":0,"offset":"2","next":"5"}', 'a skip needs a "reason"'],
    ['{"act":"read-again","partition":0}', '"offset" is a text of digits'],
    ['{"act":"read-again","partition":0,"offset":"2","next":"5"}', 'read-again knows no "next"'],
  ])('is acted on only by a whole act: %s', (line, why) => {
    expect(() => readAct(line)).toThrow(why);
  });
});
