import {describe, expect, it} from 'vitest';
import type {Draft} from '../../../source/flow/delivery.ts';
import {nextPlaceholders} from '../../../source/payload/placeholders.ts';
import {fromLines, repeated} from '../../../source/session/bulk/bulk-items.ts';
import {type BulkItem, type BulkOptions, BulkRun} from '../../../source/session/bulk/bulk-run.ts';
import {byDeliveries} from '../../../source/session/bulk/bulk-sender.ts';
import {type BulkResult, eachOf} from '../../../source/session/bulk/results-in-order.ts';
import {ManualClock} from '../../flow/support/manual-clock.ts';
import {acknowledged, FakePublisher, failed, unknown} from './fake-publisher.ts';

const draft = (value: string): Draft => ({topic: 'n', key: null, value: Buffer.from(value), headers: []});
const numbers = (count: number): BulkItem[][] => [
  Array.from({length: count}, (_, at) => ({draft: draft(String(at + 1))})),
];

function runOf(items: BulkOptions['items'], options: Partial<BulkOptions> = {}) {
  const clock = new ManualClock();
  const publisher = new FakePublisher();
  const results: BulkResult[] = [];
  const late: BulkResult[] = [];
  const run = new BulkRun({
    items,
    rate: null,
    clock,
    publisher: byDeliveries(
      (drafts, changed) => publisher.publishAll(drafts, changed),
      () => {},
    ),
    onResults: all => results.push(...eachOf(all)),
    onLate: result => late.push(result),
    ...options,
  });
  return {clock, publisher, results, late, run};
}

const states = (results: readonly BulkResult[]) =>
  results.map(({number, state}) => `${number} ${state.status}`);

/** Lets promises that wait for each other go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2000; turn++) await Promise.resolve();
}

describe('sending in bulk', () => {
  it('sends each draft once and gives each exactly one result, in order, whatever order answers come in', async () => {
    const {publisher, results, run} = runOf(numbers(5));
    const end = run.start();
    await settle();
    expect(publisher.values).toEqual(['1', '2', '3', '4', '5']);
    for (const at of [4, 2, 0]) publisher.sent[at]!.become(acknowledged(at));
    expect(states(results)).toEqual(['1 acknowledged']);
    expect(run.figures).toMatchObject({sent: 5, acknowledged: 3, pending: 2});
    publisher.sent[1]!.become(failed);
    publisher.sent[3]!.become(unknown);
    expect(await end).toMatchObject({
      status: 'done',
      sent: 5,
      acknowledged: 3,
      failed: 1,
      unknown: 1,
      pending: 0,
    });
    expect(states(results)).toEqual([
      '1 acknowledged',
      '2 failed',
      '3 acknowledged',
      '4 unknown',
      '5 acknowledged',
    ]);
  });

  it('tells an answer that comes after its result said unknown, and counts it once', async () => {
    const {publisher, results, late, run} = runOf(numbers(1));
    const end = run.start();
    await settle();
    publisher.sent[0]!.become(unknown);
    await end;
    publisher.sent[0]!.become(acknowledged(7));
    expect(states(results)).toEqual(['1 unknown']);
    expect(states(late)).toEqual(['1 acknowledged']);
    expect(run.figures).toMatchObject({sent: 1, acknowledged: 1, unknown: 0});
  });

  it('goes at its rate, evenly, and makes up for no stall', async () => {
    const {clock, publisher, run} = runOf(numbers(100), {rate: 10});
    publisher.answer = (_, at) => acknowledged(at);
    void run.start();
    await clock.settle();
    await clock.turn(50);
    expect(publisher.sent).toHaveLength(1);
    await clock.turn(1000);
    expect(publisher.sent).toHaveLength(11);
    run.pause();
    await clock.turn(60_000);
    expect(publisher.sent).toHaveLength(11);
    expect(run.figures.status).toBe('paused');
    run.resume();
    await clock.turn(0);
    await settle();
    expect(publisher.sent.length).toBeLessThanOrEqual(12);
    await clock.turn(1000);
    expect(publisher.sent.length).toBeGreaterThanOrEqual(21);
    expect(publisher.sent.length).toBeLessThanOrEqual(22);
    expect(run.figures.activeMs).toBe(2050);
  });

  it.each([1, 7, 250, 4000])('sends %i a second in any second at most, and no fewer', async rate => {
    const {clock, publisher, run} = runOf(repeated(draft('{}'), 100_000, null), {rate});
    publisher.answer = (_, at) => acknowledged(at);
    void run.start();
    const counts: number[] = [];
    for (let second = 0; second < 4; second++) {
      const before = publisher.sent.length;
      for (let step = 0; step < 200; step++) {
        await clock.turn(5);
        await settle20();
      }
      counts.push(publisher.sent.length - before);
    }
    for (const count of counts) {
      expect(count).toBeLessThanOrEqual(rate * 1.02 + 1);
      expect(count).toBeGreaterThanOrEqual(Math.floor(rate * 0.97));
    }
  });

  it('never stalls, whatever time passes between two looks at the clock', async () => {
    class Restless extends ManualClock {
      #looks = 0;
      override now(): number {
        return super.now() + ++this.#looks * 0.4;
      }
    }
    const clock = new Restless();
    const {publisher, run} = runOf(numbers(300), {rate: 400, clock});
    publisher.answer = (_, at) => acknowledged(at);
    void run.start();
    for (let step = 0; step < 1000; step++) {
      await clock.turn(5);
      await settle20();
    }
    expect(run.figures).toMatchObject({status: 'done', acknowledged: 300});
  });

  it('that is cancelled sends no more, waits for what is on its way, and says how many were sent', async () => {
    const {clock, publisher, results, run} = runOf(numbers(100), {rate: 10});
    const end = run.start();
    await clock.turn(450);
    expect(publisher.sent).toHaveLength(5);
    run.cancel();
    await clock.turn(10_000);
    expect(run.figures).toMatchObject({status: 'finishing', sent: 5, pending: 5});
    publisher.sent.forEach((sent, at) => {
      sent.become(acknowledged(at));
    });
    expect(await end).toMatchObject({status: 'cancelled', sent: 5, acknowledged: 5});
    expect(publisher.sent).toHaveLength(5);
    expect(results).toHaveLength(5);
  });

  it('can be cancelled while it is paused', async () => {
    const {publisher, run} = runOf(numbers(3), {rate: 1});
    publisher.answer = (_, at) => acknowledged(at);
    const end = run.start();
    await settle();
    run.pause();
    run.cancel();
    expect(await end).toMatchObject({status: 'cancelled', sent: 1});
  });

  it('has a bounded number on their way and reads no further than that', async () => {
    let read = 0;
    function* many(): Generator<BulkItem[]> {
      for (; read < 1_000_000; read++) yield [{draft: draft('{}')}];
    }
    const {publisher, run} = runOf(many());
    const end = run.start();
    while (publisher.sent.length < 100_000) await settle();
    await settle();
    expect(publisher.sent).toHaveLength(100_000);
    expect(read).toBeLessThanOrEqual(100_000);
    publisher.sent[0]!.become(acknowledged(0));
    await settle();
    expect(publisher.sent).toHaveLength(100_001);
    run.cancel();
    publisher.sent.slice(1).forEach((sent, at) => {
      sent.become(acknowledged(at + 1));
    });
    expect(await end).toMatchObject({status: 'cancelled', acknowledged: 100_001});
  });

  it('pauses by itself where one after the other is not acknowledged, and sends none of them again', async () => {
    const {clock, publisher, run} = runOf(numbers(100), {rate: 100, patience: 3});
    publisher.answer = () => failed;
    void run.start();
    await clock.turn(5000);
    await settle();
    const {status, sent, problem} = run.figures;
    expect({status, problem}).toEqual({
      status: 'paused',
      problem: 'The last 3 were not acknowledged: no broker',
    });
    expect(sent).toBeLessThan(10);
    publisher.answer = (_, at) => acknowledged(at);
    run.resume();
    await clock.turn(5000);
    expect(run.figures).toMatchObject({status: 'done', sent: 100, failed: sent, problem: null});
    expect(new Set(publisher.values).size).toBe(100);
  });

  it('breaks where its drafts cannot be read any further, with a result for each that was sent', async () => {
    function* broken(): Generator<BulkItem[]> {
      yield [{draft: draft('1')}];
      throw new Error('the disk is gone');
    }
    const {clock, publisher, results, run} = runOf(broken(), {rate: 1});
    publisher.answer = (_, at) => acknowledged(at);
    const end = run.start();
    await clock.turn(3000);
    expect(await end).toMatchObject({status: 'broken', sent: 1, problem: 'the disk is gone'});
    expect(states(results)).toEqual(['1 acknowledged']);
  });
});

describe('what is sent in bulk', () => {
  const filler = () => {
    let seq = 4;
    return () => nextPlaceholders(++seq, 0);
  };

  it('is filled in anew for each, the same in key, headers and value; seq counts on', () => {
    const template: Draft = {
      ...draft('{"id": "{{uuid}}", "n": {{seq}}, "of": "{{user}}"}'),
      key: Buffer.from('u-{{seq}}'),
      headers: [{name: 'id', value: Buffer.from('{{uuid}}')}],
    };
    const all = [...repeated(template, 3, filler())].flat().map(item => item.draft);
    expect(all.map(({key}) => String(key))).toEqual(['u-5', 'u-6', 'u-7']);
    const ids = all.map(({value, headers}) => {
      const {id, n, of} = JSON.parse(String(value));
      expect(of).toBe('{{user}}');
      expect(String(headers[0]!.value)).toBe(id);
      return [id, n];
    });
    expect(new Set(ids.map(([id]) => id)).size).toBe(3);
    expect(ids.map(([, n]) => n)).toEqual([5, 6, 7]);
  });

  it('is letter by letter what the draft is where placeholders are off', () => {
    const text = '{"n": 9007199254740993, "p": 1.10, "t": "{{uuid}}"}';
    expect([...repeated(draft(text), 2, null)].flat().map(({draft: {value}}) => String(value))).toEqual([
      text,
      text,
    ]);
  });

  it('is a line of a file each, with its number; a file that changed after it was checked ends it', async () => {
    const check = ({line}: {line: number}) => (line === 3 ? {line, column: 1, reason: 'gone'} : null);
    const lines = () => [Buffer.from('{"a": {{seq}}}\n\n{"b": 2}')];
    const {value: _, ...frame} = {...draft(''), key: Buffer.from('k{{seq}}')};
    const all: string[] = [];
    for await (const items of fromLines(frame, lines, 2, filler(), {raw: false}, () => null)) {
      all.push(...items.map(({line, draft: {key, value}}) => `${line} ${key} ${value}`));
    }
    expect(all).toEqual(['1 k5 {"a": 5}', '3 k6 {"b": 2}', '1 k7 {"a": 7}', '3 k8 {"b": 2}']);
    await expect(async () => {
      for await (const each of fromLines(frame, lines, 1, null, {raw: false}, check)) void each;
    }).rejects.toThrow('The file has changed: 3:1 gone');
  });
});

async function settle20(): Promise<void> {
  for (let turn = 0; turn < 400; turn++) await Promise.resolve();
}
