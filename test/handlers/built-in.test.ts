import {describe, expect, it} from 'vitest';
import {createBuiltInHandler} from '../../source/handlers/built-in.ts';
import {run, runOf} from './support/runs.ts';

describe('the built-in handler', () => {
  const handler = createBuiltInHandler();

  it('processes JSON, and a tombstone as what it is', async () => {
    const outcomes = await handler.handle(runOf(['{"a":1}', null]));
    expect(outcomes).toMatchObject([{status: 'processed'}, {status: 'processed', note: 'tombstone'}]);
  });

  it.each([
    ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe]), /not UTF-8/],
    ['text that is not JSON', Buffer.from('hello'), /not JSON/],
    ['an empty value', Buffer.alloc(0), /not JSON/],
    ['JSON of 100,000 levels that is not closed', Buffer.from('['.repeat(100_000)), /./],
  ])('finds %s undecodable for good, and takes nothing behind it', async (_, value, message) => {
    const outcomes = await handler.handle(run([Buffer.from('1'), value, Buffer.from('2')]));
    expect(outcomes).toHaveLength(2);
    expect(outcomes[1]).toMatchObject({
      status: 'failed',
      failure: {name: 'undecodable', permanent: true, message: expect.stringMatching(message)},
    });
  });

  it('takes 5 MB', async () => {
    expect(await handler.handle(runOf([JSON.stringify('x'.repeat(5_000_000))]))).toMatchObject([
      {status: 'processed'},
    ]);
  });
});
