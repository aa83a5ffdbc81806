import {mkdtemp, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createBuiltInHandler} from '../../source/handlers/built-in.ts';
import {handled, message, messages, run} from './messages.ts';

describe('the built-in handler', () => {
  it('processes JSON and answers without a promise', async () => {
    const handler = await createBuiltInHandler();
    const outcomes = handler.handle(run(messages([{a: 1}, 'text', null, 3])));
    expect(outcomes).toMatchObject([
      {status: 'processed'},
      {status: 'processed'},
      {status: 'processed', note: 'tombstone'},
      {status: 'processed'},
    ]);
  });

  it('tells a tombstone from the JSON value null', async () => {
    const handler = await createBuiltInHandler();
    const [outcome] = await handler.handle(run(message(Buffer.from('null'))));
    expect(outcome).not.toHaveProperty('note');
  });

  it.each([
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'the value is not UTF-8 text'],
    [
      'a UTF-16 surrogate in UTF-8',
      Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
      'the value is not UTF-8 text',
    ],
    ['no bytes', Buffer.alloc(0), 'the value is empty (0 bytes), and that is not JSON'],
    ['a byte order mark', Buffer.from('\ufeff{}'), 'the value is not JSON: it begins with a byte order mark'],
    [
      'half an object',
      Buffer.from('{"a": 1,\n}'),
      'the value is not JSON: line 2, column 1: expected a property name in double quotes',
    ],
    ['100,000 open brackets', Buffer.from('['.repeat(100_000)), /^the value is not JSON: line 1/],
  ])('finds %s undecodable, for good', async (_, value, reason) => {
    const handler = await createBuiltInHandler();
    expect(await handler.handle(run(message(value)))).toMatchObject([
      {
        status: 'failed',
        failure: {
          name: 'undecodable',
          permanent: true,
          message: typeof reason === 'string' ? reason : expect.stringMatching(reason),
        },
      },
    ]);
  });

  it('takes a replacement character that was really sent', async () => {
    const handler = await createBuiltInHandler();
    expect(await handled(handler, 'a \ufffd b')).toMatchObject([{status: 'processed'}]);
  });

  it('survives JSON nested 100,000 deep, and goes on behind it', async () => {
    const handler = await createBuiltInHandler();
    const deep = Buffer.from('['.repeat(100_000) + ']'.repeat(100_000));
    const outcomes = await handled(handler, deep);
    expect(outcomes).toHaveLength(1);
    expect(await handled(handler, {after: true})).toMatchObject([{status: 'processed'}]);
  });

  it('stops at the first failure', async () => {
    const handler = await createBuiltInHandler();
    const outcomes = await handled(handler, 1, Buffer.from('nonsense'), 3);
    expect(outcomes.map(outcome => outcome.status)).toEqual(['processed', 'failed']);
  });

  it('begins nothing when asked to stop', async () => {
    const handler = await createBuiltInHandler();
    expect(handler.handle(run(messages([1, 2]), {signal: AbortSignal.abort()}))).toEqual([]);
  });

  it('gives the event loop back after a few milliseconds, however large the run', async () => {
    const handler = await createBuiltInHandler();
    const large = Buffer.from(JSON.stringify(Array.from({length: 20_000}, (_, n) => ({n}))));
    const outcomes = await handled(handler, ...Array.from({length: 200}, () => large));
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.length).toBeLessThan(200);
    expect(outcomes.every(outcome => outcome.status === 'processed')).toBe(true);
  });

  it('gives any bytes one outcome', async () => {
    const handler = await createBuiltInHandler();
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 40}), bytes => {
        const outcomes = handler.handle(run(message(Buffer.from(bytes))));
        expect(outcomes).toHaveLength(1);
      }),
      {seed: 5, numRuns: 500},
    );
  });
});

describe('the built-in handler with a schema', () => {
  const file = async (text: string) => {
    const path = join(await mkdtemp(join(tmpdir(), 'schema-')), 'schema.json');
    await writeFile(path, text);
    return path;
  };
  const withSchema = async (schema: unknown) =>
    createBuiltInHandler({schema: await file(JSON.stringify(schema))});

  it('processes what is valid, and says where the rest is not', async () => {
    const handler = await withSchema({
      type: 'object',
      required: ['to'],
      properties: {to: {type: 'string', format: 'email'}, tags: {type: 'array', items: {type: 'string'}}},
    });
    expect(await handled(handler, {to: 'user@example.org'})).toMatchObject([{status: 'processed'}]);
    expect(await handled(handler, {to: 'user@example.org', tags: ['a', 2]})).toMatchObject([
      {status: 'failed', failure: {name: 'invalid', permanent: true, message: '/tags/1 must be string'}},
    ]);
    expect(await handled(handler, {})).toMatchObject([
      {failure: {message: "/ must have required property 'to'"}},
    ]);
    expect(await handled(handler, {to: 'nobody'})).toMatchObject([
      {failure: {message: '/to must match format "email"'}},
    ]);
  });

  it('passes a tombstone', async () => {
    expect(await handled(await withSchema({type: 'object'}), null)).toMatchObject([{note: 'tombstone'}]);
  });

  it('names the values that would be allowed', async () => {
    const handler = await withSchema({properties: {type: {enum: ['email', 'sms']}}});
    expect(await handled(handler, {type: 'fax'})).toMatchObject([
      {failure: {message: '/type must be equal to one of the allowed values: ["email","sms"]'}},
    ]);
  });

  it('survives a schema that follows the value 100,000 levels down', async () => {
    const handler = await withSchema({type: 'array', items: {$ref: '#'}});
    const deep = Buffer.from('['.repeat(100_000) + ']'.repeat(100_000));
    expect(await handled(handler, deep)).toMatchObject([
      {failure: {name: 'invalid', message: 'the value is nested too deeply to be checked'}},
    ]);
  });

  it('understands draft-07', async () => {
    const handler = await withSchema({
      $schema: 'http://json-schema.org/draft-07/schema#',
      items: [{type: 'number'}],
    });
    expect(await handled(handler, ['text'])).toMatchObject([{failure: {message: '/0 must be number'}}]);
  });

  it('refuses a schema that it cannot use, with a sentence', async () => {
    await expect(createBuiltInHandler({schema: '/nowhere/schema.json'})).rejects.toThrow(
      'The schema /nowhere/schema.json cannot be read: no such file',
    );
    await expect(createBuiltInHandler({schema: await file('{')})).rejects.toThrow(/cannot be read: .*JSON/);
    await expect(createBuiltInHandler({schema: await file('[]')})).rejects.toThrow(/is no JSON Schema/);
    await expect(createBuiltInHandler({schema: await file('{"type": "text"}')})).rejects.toThrow(
      /is no usable JSON Schema/,
    );
    await expect(
      createBuiltInHandler({schema: await file('{"$schema": "http://json-schema.org/draft-04/schema#"}')}),
    ).rejects.toThrow(/known are 2020-12, 2019-09 and draft-07/);
  });
});
