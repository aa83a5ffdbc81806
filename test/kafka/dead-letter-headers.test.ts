import {describe, expect, it} from 'vitest';
import type {Message} from '../../source/flow/message.ts';
import type {Failure} from '../../source/flow/outcome.ts';
import {deadLetterHeaders} from '../../source/kafka/dead-letter-headers.ts';
import {headersOf} from '../flow/support/headers.ts';

const message: Message = {
  topic: 'notifications',
  partition: 258,
  offset: 2n ** 40n + 1n,
  timestamp: 1_700_000_000_000,
  timestampType: 'create-time',
  key: null,
  value: Buffer.from('{}'),
  headers: [],
};
const failure: Failure = {
  name: 'TypeError',
  message: 'no é-mail',
  permanent: false,
  stack: 'TypeError: …\n at x',
};

const hex = (change: Partial<Message> = {}, why: Failure = failure) =>
  deadLetterHeaders({...message, ...change}, why, 'g').map(
    ({name, value}) => [name, value === null ? null : Buffer.from(value).toString('hex')] as const,
  );

describe('the headers of a dead letter', () => {
  it('say where it came from in big-endian numbers, and why it failed as text', () => {
    expect(hex()).toEqual([
      ['kafka_dlt-original-topic', Buffer.from('notifications').toString('hex')],
      ['kafka_dlt-original-partition', '00000102'],
      ['kafka_dlt-original-offset', '0000010000000001'],
      ['kafka_dlt-original-timestamp', '0000018bcfe56800'],
      ['kafka_dlt-original-timestamp-type', Buffer.from('CreateTime').toString('hex')],
      ['kafka_dlt-original-consumer-group', Buffer.from('g').toString('hex')],
      ['kafka_dlt-exception-fqcn', Buffer.from('TypeError').toString('hex')],
      ['kafka_dlt-exception-message', Buffer.from('no é-mail').toString('hex')],
      ['kafka_dlt-exception-stacktrace', Buffer.from('TypeError: …\n at x').toString('hex')],
    ]);
  });

  it("begin with the record's own, repeated and null ones too", () => {
    const headers = headersOf(['trace', Buffer.from([0xff])], ['tag', 'x'], ['none', null], ['tag', 'y']);
    expect(hex({headers}).slice(0, 4)).toEqual([
      ['trace', 'ff'],
      ['tag', '78'],
      ['none', null],
      ['tag', '79'],
    ]);
  });

  it('of a dead letter that fails again: where it came from at first, why of this time', () => {
    const headers = headersOf(
      ['kafka_dlt-original-offset', Buffer.from([9])],
      ['kafka_dlt-exception-message', 'before'],
    );
    const found = new Map(hex({headers}));
    expect(found.get('kafka_dlt-original-offset')).toBe('09');
    expect(found.get('kafka_dlt-exception-message')).toBe(Buffer.from('no é-mail').toString('hex'));
    expect(found.size).toBe(hex({headers}).length);
  });

  it('say who said when it was written', () => {
    const found = new Map(hex({timestampType: 'log-append-time'}));
    expect(found.get('kafka_dlt-original-timestamp-type')).toBe(Buffer.from('LogAppendTime').toString('hex'));
  });

  it('have none that the record had not, whatever its names', () => {
    const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
    const found = hex({headers: headersOf(...names.map(name => [name, 'x'] as const))});
    expect(found.slice(0, 4)).toEqual(names.map(name => [name, '78']));
    expect(found).toHaveLength(hex().length + 4);
  });

  it('hold no endless stack, and a line where there is none', () => {
    const [, endless] = hex({}, {...failure, stack: 'x'.repeat(1_000_000)}).at(-1)!;
    expect(endless!.length / 2).toBeLessThanOrEqual(16_384);
    const {stack: _, ...without} = failure;
    expect(hex({}, without).at(-1)![1]).toBe(Buffer.from('TypeError: no é-mail').toString('hex'));
  });
});
