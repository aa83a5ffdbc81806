import {describe, expect, it} from 'vitest';
import {exportLines} from '../../source/session/export.ts';
import {Session} from '../../source/session/session.ts';
import {headersOf} from '../flow/support/headers.ts';
import {ManualClock} from '../flow/support/manual-clock.ts';
import {message, topic} from '../flow/support/messages.ts';

describe('the export of what is in view', () => {
  const odd = {
    // A time that no calendar has: a producer can write any.
    timestamp: Number.MAX_SAFE_INTEGER,
    key: Buffer.from([0xff]),
    headers: headersOf(['tag', 'x'], ['trace', 't-1'], ['tag', null]),
  };

  it('tells of any message, with key, headers and value only on demand', () => {
    const session = new Session(
      {topic, group: 'g', brokers: 'b', handler: 'h', embedded: false},
      new ManualClock(),
    );
    const messages = [{...message(0, 7, '{"secret":1}'), ...odd}];
    const outcomes = [{status: 'processed', durationMs: 1}] as const;
    session.takeEvent({type: 'handled', at: {topic, partition: 0}, attempt: 1, messages, outcomes});
    session.touch();
    const lines = (payloads: boolean) =>
      [...exportLines(session, {payloads})].map(line => JSON.parse(line) as object);
    const record = {
      kind: 'message',
      partition: 0,
      offset: '7',
      timestamp: odd.timestamp,
      status: 'processed',
    };
    const [without] = lines(false);
    expect(without).toMatchObject(record);
    expect(without).not.toHaveProperty('key');
    expect(without).not.toHaveProperty('headers');
    expect(without).not.toHaveProperty('value');
    expect(lines(true)).toEqual([
      expect.objectContaining({
        ...record,
        key: {base64: '/w=='},
        headers: {trace: 't-1', tag: ['x', null]},
        headerList: [
          {name: 'tag', value: 'x'},
          {name: 'trace', value: 't-1'},
          {name: 'tag', value: null},
        ],
        value: '{"secret":1}',
        isWhole: true,
      }),
    ]);
  });
});
