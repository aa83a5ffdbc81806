import {writeFileSync} from 'node:fs';
import {afterEach, describe, expect, it, vi} from 'vitest';
import type {Handler} from '../../../source/flow/handler.ts';
import {createHandler} from '../../../source/handlers/index.ts';
import {handlerFile, run, runOf} from '../support/runs.ts';

const open: Handler[] = [];
const notices: string[] = [];

async function moduleOf(code: string, timeout = 5000): Promise<{handler: Handler; file: string}> {
  const file = handlerFile(code);
  const handler = await createHandler(
    {kind: 'module', path: file},
    {timeout, onNotice: text => void notices.push(text)},
  );
  open.push(handler);
  return {handler, file};
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(handler => handler.close()));
  notices.length = 0;
});

describe('a handler module', () => {
  it('is given the decoded value, where it came from, and a context', async () => {
    const {handler} = await moduleOf(`
      export async function processMessage(message, context) {
        context.log(JSON.stringify({...message, raw: message.raw.toString(), attempt: context.attempt}));
      }`);
    const [outcome] = await handler.handle(runOf(['{"n":1}'], {attempt: 2}));
    expect(outcome).toMatchObject({status: 'processed'});
    expect(JSON.parse(outcome!.output!)).toEqual({
      topic: 'notifications',
      partition: 0,
      offset: '0',
      timestamp: 1000,
      key: 'k0',
      value: {n: 1},
      raw: '{"n":1}',
      headers: {},
      headerList: [],
      attempt: 2,
    });
  });

  it('stops at the first failure, and says where it was thrown', async () => {
    const {handler} = await moduleOf(`export function processMessage({value}) {
      if (value.fail) value.user.email;
    }`);
    const outcomes = await handler.handle(runOf(['{}', '{"fail":true}', '{}']));
    expect(outcomes).toHaveLength(2);
    expect(outcomes[1]).toMatchObject({
      status: 'failed',
      failure: {name: 'TypeError', permanent: false, where: 'notify.ts:2'},
    });
  });

  it('says that trying again cannot help by permanent: true', async () => {
    const {handler} = await moduleOf(`export function processMessage() {
      throw Object.assign(new Error('no such user'), {permanent: true});
    }`);
    expect(await handler.handle(runOf(['{}']))).toMatchObject([
      {failure: {message: 'no such user', permanent: true}},
    ]);
  });

  it('may be KafkaJS code: eachMessage, called as KafkaJS calls it', async () => {
    const {handler} =
      await moduleOf(`export const eachMessage = async ({topic, partition, message, heartbeat, pause}) => {
      await heartbeat();
      console.log(topic, partition, message.offset, message.key.toString(), message.value.toString(), typeof pause);
    }`);
    const [outcome] = await handler.handle(run([Buffer.from('not json')]));
    expect(outcome).toMatchObject({status: 'processed', output: 'notifications 0 0 k0 not json function'});
  });

  it('is not called with what cannot be decoded', async () => {
    const {handler} = await moduleOf('export function processMessage() { throw new Error("called"); }');
    expect(await handler.handle(runOf(['nope']))).toMatchObject([
      {failure: {name: 'undecodable', permanent: true}},
    ]);
  });

  it('is loaded again when its file is saved; what cannot be loaded leaves the version before', async () => {
    const {handler, file} = await moduleOf('export function processMessage() { throw new Error("one"); }');
    writeFileSync(file, 'export function processMessage( {');
    await vi.waitFor(() => expect(notices.join()).toContain('version before goes on'), 30_000);
    expect(await handler.handle(runOf(['{}']))).toMatchObject([{failure: {message: 'one'}}]);
    writeFileSync(file, 'export function processMessage() {}');
    await vi.waitFor(
      () => expect(notices.join()).toContain('notify.ts was saved and is loaded anew.'),
      30_000,
    );
    expect(await handler.handle(runOf(['{}']))).toMatchObject([{status: 'processed'}]);
  });

  it.each([
    [
      'both functions',
      'export const processMessage = () => {}; export const eachMessage = () => {};',
      /both/,
    ],
    ['neither', 'export const process = () => {};', /neither/],
    ['a mistake in its text', 'export function processMessage( {', /notify\.ts/],
    ['an error while it is loaded', 'throw new Error("no database");', /no database/],
  ])('with %s is refused at the start with a reason', async (_, code, reason) => {
    await expect(moduleOf(code)).rejects.toThrow(reason);
  });

  it('that is not there is refused by name', async () => {
    await expect(createHandler({kind: 'module', path: './missing.ts'})).rejects.toThrow(
      /no handler \.\/missing\.ts/,
    );
  });
});

describe('a hostile handler', () => {
  it.each([
    ['throws undefined', 'throw undefined;', {name: 'thrown'}],
    ['throws a text', 'throw "boom";', {message: expect.stringContaining('boom')}],
    ['rejects with nothing', 'return Promise.reject();', {name: 'thrown'}],
    [
      'calls process.exit',
      'process.exit(3);',
      {name: 'exit', message: expect.stringContaining('process.exit(3)')},
    ],
  ])('that %s: a failure on the message, and the next one goes on', async (_, body, failure) => {
    const {handler} = await moduleOf(
      `export function processMessage({value}) { if (value.bad) { ${body} } }`,
    );
    expect(await handler.handle(runOf(['{}', '{"bad":1}']))).toMatchObject([
      {status: 'processed'},
      {status: 'failed', failure},
    ]);
    expect(await handler.handle(runOf(['{}']))).toMatchObject([{status: 'processed'}]);
  });

  it('that never answers: a timeout, retryable, and the next one goes on', async () => {
    const {handler} = await moduleOf(
      'export function processMessage({value}) { if (value.bad) return new Promise(() => {}); }',
      1000,
    );
    expect(await handler.handle(runOf(['{}', '{"bad":1}', '{}']))).toMatchObject([
      {status: 'processed'},
      {status: 'failed', failure: {name: 'timeout', permanent: false}},
    ]);
    expect(await handler.handle(runOf(['{}']))).toMatchObject([{status: 'processed'}]);
  });

  it('that blocks: its thread is ended, what was finished counts, others are only interrupted', async () => {
    const {handler} = await moduleOf(
      `export async function processMessage({value}) {
         if (value.wait) await new Promise(resolve => setTimeout(resolve, 60_000));
         if (value.bad) for (;;);
       }`,
      3000,
    );
    const interrupted = handler.handle(runOf(['{}', '{"wait":1}'], {partition: 1}));
    // The other run is in its second message when this one begins to block.
    await handler.handle(runOf(['{}']));
    const blocked = handler.handle(runOf(['{}', '{}', '{"bad":1}', '{}']));
    expect(await blocked).toMatchObject([
      {status: 'processed'},
      {status: 'processed'},
      {status: 'failed', failure: {name: 'timeout', message: expect.stringContaining('blocking')}},
    ]);
    expect(await interrupted).toMatchObject([{status: 'processed'}]);
    expect(await handler.handle(runOf(['{}']))).toMatchObject([{status: 'processed'}]);
  });

  it('that prints 10 MB: the beginning is kept, the rest is counted', async () => {
    const {handler} = await moduleOf(
      'export function processMessage() { console.log("x".repeat(10_000_000)); }',
    );
    const [outcome] = await handler.handle(runOf(['{}']));
    expect(outcome!.output!.length).toBeLessThan(70_000);
    expect(outcome!.output).toMatch(/… \(9\d{6} more characters\)$/);
  });

  it('that leaks a rejected promise: noted, and nothing else', async () => {
    const {handler} = await moduleOf(
      'export function processMessage() { Promise.reject(new Error("leaked")); }',
    );
    expect(await handler.handle(runOf(['{}']))).toMatchObject([{status: 'processed'}]);
    await vi.waitFor(() => expect(notices.join()).toContain('leaked'), 30_000);
    expect(await handler.handle(runOf(['{}']))).toMatchObject([{status: 'processed'}]);
  });

  it('that is asked to stop begins no further message', async () => {
    const {handler} = await moduleOf(
      'export const processMessage = () => new Promise(resolve => setTimeout(resolve, 50));',
    );
    const controller = new AbortController();
    const outcomes = handler.handle(runOf(['{}', '{}', '{}', '{}'], {signal: controller.signal}));
    controller.abort();
    expect((await outcomes).length).toBeLessThan(4);
  });
});
