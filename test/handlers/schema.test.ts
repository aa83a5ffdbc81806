import {describe, expect, it} from 'vitest';
import type {Handler} from '../../source/flow/handler.ts';
import type {Outcome} from '../../source/flow/outcome.ts';
import {createBuiltInHandler} from '../../source/handlers/built-in.ts';
import {loadSchema} from '../../source/handlers/schema.ts';
import {handlerFile, runOf} from './support/runs.ts';

const schemaFile = (text: string) => handlerFile(text, 'schema.json');
const withSchema = async (schema: unknown) =>
  createBuiltInHandler(await loadSchema(schemaFile(JSON.stringify(schema))));

/** On a slow machine a run is given back before its end, so that nothing else waits. */
async function untilOneFails(handler: Handler, values: readonly (string | null)[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  while (outcomes.length < values.length && outcomes.at(-1)?.status !== 'failed') {
    outcomes.push(...(await handler.handle(runOf(values.slice(outcomes.length)))));
  }
  return outcomes;
}

describe('the built-in handler with a schema', () => {
  it('processes what is valid, and says where the rest is not', async () => {
    const handler = await withSchema({
      type: 'object',
      required: ['to'],
      properties: {to: {type: 'string', format: 'email'}, tags: {type: 'array', items: {type: 'string'}}},
    });
    const values = ['{"to":"user@example.org"}', null, '{"to":"user@example.org","tags":["a",2]}', '{}'];
    const outcomes = await untilOneFails(handler, values);
    expect(outcomes).toMatchObject([
      {status: 'processed'},
      {status: 'processed', note: 'tombstone'},
      {status: 'failed', failure: {name: 'invalid', permanent: true, message: '/tags/1 must be string'}},
    ]);
    expect(await handler.handle(runOf(['{}']))).toMatchObject([
      {failure: {message: "/ must have required property 'to'"}},
    ]);
    expect(await handler.handle(runOf(['{"to":"nobody"}']))).toMatchObject([
      {failure: {message: '/to must match format "email"'}},
    ]);
  });

  it('names the values that would be allowed', async () => {
    const handler = await withSchema({properties: {type: {enum: ['email', 'sms']}}});
    expect(await handler.handle(runOf(['{"type":"fax"}']))).toMatchObject([
      {failure: {message: '/type must be equal to one of the allowed values: ["email","sms"]'}},
    ]);
  });

  it('survives a schema that follows the value 100,000 levels down', async () => {
    const handler = await withSchema({type: 'array', items: {$ref: '#'}});
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(await handler.handle(runOf([deep]))).toMatchObject([
      {failure: {name: 'invalid', message: 'the value is nested too deeply to be checked'}},
    ]);
    expect(await handler.handle(runOf(['[[]]']))).toMatchObject([{status: 'processed'}]);
  });

  it('gives up a check that would never end, and takes the messages before and after it', async () => {
    const handler = await withSchema({properties: {to: {pattern: '^(a+)+$'}}});
    const endless = JSON.stringify({to: `${'a'.repeat(60)}!`});
    const outcomes = await untilOneFails(handler, ['{"to":"aaa"}', endless, '{"to":"a"}']);
    expect(outcomes).toMatchObject([
      {status: 'processed'},
      {status: 'failed', failure: {name: 'timeout', permanent: true}},
    ]);
    expect(await handler.handle(runOf(['{"to":"a"}']))).toMatchObject([{status: 'processed'}]);
  });

  it('understands draft-07', async () => {
    const handler = await withSchema({
      $schema: 'http://json-schema.org/draft-07/schema#',
      items: [{type: 'number'}],
    });
    expect(await handler.handle(runOf(['["text"]']))).toMatchObject([
      {failure: {message: '/0 must be number'}},
    ]);
  });

  it.each([
    ['no JSON', '{', /cannot be read: .*JSON/],
    ['no schema', '[]', /is no JSON Schema/],
    ['a type that does not exist', '{"type": "text"}', /is no usable JSON Schema/],
    ['a dialect not known', '{"$schema": "http://json-schema.org/draft-04/schema#"}', /known are 2020-12/],
  ])('refuses %s with a sentence', async (_, text, reason) => {
    await expect(loadSchema(schemaFile(text))).rejects.toThrow(reason);
  });

  it('refuses a file that is not there', async () => {
    await expect(loadSchema('/nowhere/schema.json')).rejects.toThrow(
      'The schema /nowhere/schema.json cannot be read: no such file',
    );
  });
});
