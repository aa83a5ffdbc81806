import {existsSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {describe, expect, it, vi} from 'vitest';
import type {Run} from '../../../source/flow/handler.ts';
import {headersOf} from '../../flow/support/headers.ts';
import {runOf} from '../support/runs.ts';
import {type Loaded, load} from './support/modules.ts';

const require = createRequire(import.meta.url);
/** KafkaJS's own. */
const Batch = require('kafkajs/src/consumer/batch.js');

const module = (code: string, timeout?: number) =>
  load({files: {'package.json': {type: 'module'}, 'consumer.ts': code}, entry: 'consumer.ts'}, timeout);

/** What onPause was told, as `0 paused`. */
function pausesOf({handler}: Loaded): string[] {
  const told: string[] = [];
  handler.onPause!((partition, isPaused) => told.push(`${partition} ${isPaused ? 'paused' : 'resumed'}`));
  return told;
}

/** The run's messages from `from` on, as they are handed over again. */
const from = (run: Run, index: number): Run => ({...run, messages: run.messages.slice(index)});
const statuses = (outcomes: readonly {status: string}[]) => outcomes.map(({status}) => status);
const patience = {timeout: 30_000, interval: 10};

describe('eachMessage', () => {
  it('is given what KafkaJS gives', async () => {
    const {handler} = await module(`export async function eachMessage({message, ...payload}) {
  await payload.heartbeat();
  const {key, value, headers, ...rest} = message;
  const isBytes = [key, value, headers.trace, headers.twice[0], headers.twice[1]].every(Buffer.isBuffer);
  console.log(JSON.stringify({names: Object.keys(payload), rest, headers: Object.keys(headers), isBytes, none: headers.none, twice: headers.twice.map(String)}));
}`);
    const run = runOf(['{}']);
    const headers = headersOf(['trace', 't'], ['twice', 'a'], ['twice', 'b'], ['none', null]);
    const [outcome] = await handler.handle({...run, messages: [{...run.messages[0]!, headers}]});
    expect(JSON.parse(outcome!.output!)).toEqual({
      names: ['topic', 'partition', 'heartbeat', 'pause'],
      rest: {magicByte: 2, attributes: 0, timestamp: '1000', offset: '0', isControlRecord: false},
      headers: ['trace', 'twice', 'none'],
      isBytes: true,
      none: null,
      twice: ['a', 'b'],
    });
  });

  it('that pauses finishes the message in hand, and gets the next one when it goes on', async () => {
    const loaded = await module(`let goOn = () => {};
export async function eachMessage({message, pause}) {
  if (message.value.toString() === '"pause"') {
    goOn = pause();
    setTimeout(goOn, 1000);
  }
}`);
    const told = pausesOf(loaded);
    const run = runOf(['"a"', '"pause"', '"c"']);
    expect(statuses(await loaded.handler.handle(run))).toEqual(['processed', 'processed']);
    expect(told).toEqual(['0 paused']);
    // Also where it is asked all the same: nothing begins. Other partitions do.
    expect(await loaded.handler.handle(from(run, 2))).toEqual([]);
    expect(statuses(await loaded.handler.handle(runOf(['"d"'], {partition: 1})))).toEqual(['processed']);
    await vi.waitFor(() => expect(told).toEqual(['0 paused', '0 resumed']), patience);
    expect(statuses(await loaded.handler.handle(from(run, 2)))).toEqual(['processed']);
  });

  it('that pauses and throws gets the same message again, which is no failure', async () => {
    const loaded = await module(`let limited = true;
export async function eachMessage({message, pause}) {
  if (message.offset !== '1' || !limited) return;
  limited = false;
  setTimeout(pause(), 200);
  console.log('too many requests');
  throw new Error('TooManyRequestsError');
}`);
    const told = pausesOf(loaded);
    const run = runOf(['1', '2', '3']);
    expect(statuses(await loaded.handler.handle(run))).toEqual(['processed']);
    await vi.waitFor(() => expect(told).toEqual(['0 paused', '0 resumed']), patience);
    expect(loaded.notices).toEqual(['too many requests']);
    expect(statuses(await loaded.handler.handle(from(run, 1)))).toEqual(['processed', 'processed']);
  });

  it('that let it go on before it threw has failed', async () => {
    const loaded = await module(`export async function eachMessage({pause}) {
  pause()();
  throw new Error('no such user');
}`);
    const told = pausesOf(loaded);
    expect(statuses(await loaded.handler.handle(runOf(['1', '2'])))).toEqual(['failed']);
    expect(told).toEqual(['0 paused', '0 resumed']);
  });

  it('that is loaded again lets go on what the code before had paused', async () => {
    const code = 'export async function eachMessage({pause}) { pause(); }';
    const loaded = await module(code);
    const told = pausesOf(loaded);
    await loaded.handler.handle(runOf(['1']));
    expect(told).toEqual(['0 paused']);
    writeFileSync(join(loaded.folder, 'consumer.ts'), 'export async function eachMessage() {}');
    await vi.waitFor(() => expect(told).toEqual(['0 paused', '0 resumed']), patience);
    expect(statuses(await loaded.handler.handle(runOf(['2', '3'])))).toEqual(['processed', 'processed']);
  });

  it('whose thread dies lets go on what it had paused', async () => {
    const loaded = await module(
      `export async function eachMessage({message, pause}) {
  if (message.value.toString() === '1') pause();
  else for (;;);
}`,
      2000,
    );
    const told = pausesOf(loaded);
    await loaded.handler.handle(runOf(['1', '2']));
    const died = await loaded.handler.handle(runOf(['2'], {partition: 1}));
    expect(died).toMatchObject([{status: 'failed', failure: {name: 'timeout'}}]);
    expect(told).toEqual(['0 paused', '0 resumed']);
  });
});

describe('eachBatch', () => {
  it('is given a batch as KafkaJS makes it', async () => {
    const {handler} = await module(`export async function eachBatch({batch, ...payload}) {
  const calls = Object.fromEntries(['isEmpty', 'firstOffset', 'lastOffset', 'offsetLag', 'offsetLagLow', 'isEmptyIncludingFiltered',
    'isEmptyDueToFiltering', 'isEmptyControlRecord', 'isEmptyDueToLogCompactedMessages'].map(name => [name, batch[name]()]));
  const {topic, partition, highWatermark, fetchedOffset} = batch;
  const messages = batch.messages.map(({offset, key, value}) => [offset, String(key), String(value)]);
  console.log(JSON.stringify({names: Object.keys(payload), topic, partition, highWatermark, fetchedOffset, messages, calls}));
}`);
    const run = runOf(['1', '2', '3'], {partition: 2, highWatermark: 10n});
    const outcomes = await handler.handle(run);
    expect(statuses(outcomes)).toEqual(['processed', 'processed', 'processed']);
    const theirs = new Batch('notifications', '0', {
      partition: 2,
      highWatermark: '10',
      messages: run.messages.map(({offset, ...rest}) => ({...rest, offset: offset.toString()})),
      abortedTransactions: [],
    });
    const given = JSON.parse(outcomes[0]!.output!);
    const {calls, messages, names, ...fields} = given;
    expect(fields).toEqual({topic: 'notifications', partition: 2, highWatermark: '10', fetchedOffset: '0'});
    for (const [name, value] of Object.entries(calls)) expect([name, theirs[name]()]).toEqual([name, value]);
    expect(messages).toEqual(run.messages.map(({offset, key, value}) => [`${offset}`, `${key}`, `${value}`]));
    expect(names).toEqual([
      ...['resolveOffset', 'heartbeat', 'pause', 'commitOffsetsIfNecessary'],
      ...['uncommittedOffsets', 'isRunning', 'isStale'],
    ]);
  });

  it('without a known end of the partition says that of the batch', async () => {
    const {handler} = await module(
      `export const eachBatch = async ({batch}) => console.log(batch.highWatermark, batch.offsetLag());`,
    );
    expect(await handler.handle(runOf(['1', '2']))).toMatchObject([{output: '2 0'}, {}]);
  });

  it('that throws has processed what it resolved, and failed at the first that it did not', async () => {
    const {handler} =
      await module(`export async function eachBatch({batch, resolveOffset, heartbeat, uncommittedOffsets}) {
  for (const message of batch.messages) {
    if (message.value.toString() === '"bad"') throw new Error('no such user');
    console.log('sent', message.offset);
    resolveOffset(message.offset);
    await heartbeat();
  }
}`);
    expect(await handler.handle(runOf(['1', '2', '"bad"', '4']))).toMatchObject([
      {status: 'processed', output: 'sent 0'},
      {status: 'processed', output: 'sent 1'},
      {status: 'failed', failure: {message: 'no such user', where: 'consumer.ts:3'}},
    ]);
  });

  it('that throws without resolving has failed at the first', async () => {
    const {handler} = await module(
      `export const eachBatch = async () => { throw new Error('no database'); };`,
    );
    expect(await handler.handle(runOf(['1', '2']))).toMatchObject([{status: 'failed'}]);
  });

  it('tells what it resolved and commits by the next offset', async () => {
    const {handler} =
      await module(`export async function eachBatch({batch, resolveOffset, uncommittedOffsets, commitOffsetsIfNecessary}) {
  console.log(JSON.stringify(uncommittedOffsets()));
  resolveOffset('1');
  console.log(JSON.stringify(uncommittedOffsets()));
  await commitOffsetsIfNecessary();
  await commitOffsetsIfNecessary({topics: [{topic: batch.topic, partitions: [{partition: batch.partition, offset: '3'}]}]});
  throw new Error('no such user');
}`);
    const outcomes = await handler.handle(runOf(['1', '2', '3', '4']));
    expect(statuses(outcomes)).toEqual(['processed', 'processed', 'processed', 'failed']);
    expect(outcomes[0]!.output).toBe('{"topics":[]}');
    expect(outcomes[2]!.output).toBe(
      '{"topics":[{"topic":"notifications","partitions":[{"partition":0,"offset":"2"}]}]}',
    );
  });

  it('hears that it is to stop, and keeps what it did not resolve for later', async () => {
    const loaded = await module(`import {writeFileSync} from 'node:fs';
export async function eachBatch({batch, resolveOffset, isRunning, isStale}) {
  resolveOffset('1');
  writeFileSync(import.meta.dirname + '/begun', '');
  while (isRunning() && !isStale()) await new Promise(resolve => setTimeout(resolve, 5));
}`);
    const stopping = new AbortController();
    const outcomes = loaded.handler.handle(runOf(['1', '2', '3'], {signal: stopping.signal}));
    await vi.waitFor(() => expect(existsSync(join(loaded.folder, 'begun'))).toBe(true), patience);
    stopping.abort();
    expect(statuses(await outcomes)).toEqual(['processed', 'processed']);
  });

  it('that pauses gets what it did not resolve again when it goes on', async () => {
    const loaded = await module(`let paused = false;
export async function eachBatch({batch, resolveOffset, pause}) {
  for (const message of batch.messages) {
    if (message.offset === '2' && !paused) {
      paused = true;
      setTimeout(pause(), 200);
      throw new Error('TooManyRequestsError');
    }
    resolveOffset(message.offset);
  }
}`);
    const told = pausesOf(loaded);
    const run = runOf(['1', '2', '3', '4']);
    expect(statuses(await loaded.handler.handle(run))).toEqual(['processed', 'processed']);
    await vi.waitFor(() => expect(told).toEqual(['0 paused', '0 resumed']), patience);
    expect(statuses(await loaded.handler.handle(from(run, 2)))).toEqual(['processed', 'processed']);
  });

  it('that pauses and returns keeps what it did not resolve for later; all, where it resolves nothing itself', async () => {
    const loaded = await module(`export async function eachBatch({batch, resolveOffset, pause}) {
  if (batch.partition === 0) resolveOffset('1');
  setTimeout(pause(), 50);
}`);
    expect(await loaded.handler.handle(runOf(['1', '2', '3']))).toHaveLength(2);
    expect(await loaded.handler.handle(runOf(['1', '2', '3'], {partition: 1}))).toHaveLength(3);
  });

  it('may take longer than a message may while it gives signs of life, and no longer', async () => {
    const {handler} = await module(
      `export async function eachBatch({batch, resolveOffset, heartbeat}) {
  for (const message of batch.messages) {
    for (let beat = 0; beat < 25; beat++) {
      await new Promise(resolve => setTimeout(resolve, 100));
      await heartbeat();
    }
    resolveOffset(message.offset);
    if (message.value.toString() === '"hangs"') await new Promise(() => {});
  }
}`,
      2000,
    );
    const outcomes = await handler.handle(runOf(['1', '"hangs"', '3']));
    expect(outcomes).toMatchObject([
      {status: 'processed'},
      {status: 'processed'},
      {status: 'failed', failure: {name: 'timeout'}},
    ]);
  });

  it('that throws when all was resolved has processed all, which is said', async () => {
    const loaded = await module(`export async function eachBatch({batch, resolveOffset}) {
  resolveOffset(batch.lastOffset());
  throw new Error('too late');
}`);
    expect(statuses(await loaded.handler.handle(runOf(['1', '2'])))).toEqual(['processed', 'processed']);
    expect(loaded.notices).toEqual(['eachBatch threw when all was resolved: Error: too late']);
  });
});

describe('what a module exports', () => {
  it.each([
    ['export default async function eachMessage({message}) { console.log(message.offset); }', '0'],
    ['const eachBatch = async ({batch}) => console.log(batch.lastOffset()); export default eachBatch;', '0'],
    ['export default ({value}) => console.log(value.n);', '1'],
    ['export default {prefix: "n", processMessage({value}) { console.log(this.prefix, value.n); }};', 'n 1'],
    ['class Own { n = 1; eachMessage() { console.log(this.n); } } export default new Own();', '1'],
  ])('%s', async (code, output) => {
    const {handler} = await module(code);
    expect(await handler.handle(runOf(['{"n":1}']))).toMatchObject([{status: 'processed', output}]);
  });

  it.each([
    [
      'export const eachMessage = () => {}; export const eachBatch = () => {};',
      /both eachMessage and eachBatch/,
    ],
    [
      'export const eachMessage = () => {}, eachBatch = () => {}, processMessage = () => {};',
      /all of processMessage, eachMessage, eachBatch/,
    ],
    ['export default class Consumer {}', /neither/],
    ['export const run = () => {};', /neither/],
  ])('%s is refused', async (code, reason) => {
    await expect(module(code)).rejects.toThrow(reason);
  });
});
