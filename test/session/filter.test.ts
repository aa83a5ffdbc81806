import {describe, expect, it} from 'vitest';
import type {Message} from '../../source/flow/message.ts';
import {parseFilter, parseMessageFilter} from '../../source/session/filter.ts';
import {type RowState, rowOf} from '../../source/session/row.ts';
import type {Session} from '../../source/session/session.ts';
import {headersOf} from '../flow/support/headers.ts';
import {message} from '../flow/support/messages.ts';

const email: Message = {
  ...message(2, 7, '{"type":"email.send","to":["a@example.org","b@example.org"],"amount":1.10}'),
  key: Buffer.from('U-17'),
  headers: headersOf(['trace', 'Abc-9'], ['tag', 'x'], ['tag', null]),
};
const processed: RowState = {status: 'processed', attempt: 1, durationMs: 1};
const held: RowState = {
  status: 'held',
  failure: {name: 'TypeError', message: 'there is no recipient', permanent: false},
  attempt: 1,
  attempts: 1,
};
const session = (committed: boolean) => ({isRowCommitted: () => committed}) as unknown as Session;

function rowFits(text: string, state = processed, committed = false, most = 1000): boolean {
  const parsed = parseFilter(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.filter!(
    rowOf(0, email, state, 0, {mostOfValue: most, isRedelivered: false}),
    session(committed),
  );
}

function messageFits(text: string, given = email): boolean {
  const parsed = parseMessageFilter(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.filter(given);
}

const both = [
  ['a word of the value, in any case', 'EMAIL.send', 'sms'],
  ['a word of the key', 'u-17', 'u-18'],
  ['key:', 'key:u-1', 'key:email'],
  ['partition:, the whole number', 'partition:2', 'partition:22'],
  ['offset:, the whole number', 'offset:7', 'offset:77'],
  ['offset:, with zeros before it', 'OFFSET:007', 'offset:70'],
  ['one message by its position', '2@7', '7@2'],
  ['text:, what stands behind it', 'text:"type":"email', 'text:"type":"sms'],
  ['header:, by name', 'header:TRACE', 'header:span'],
  ['header:, by value', 'header:abc-9', 'header:email'],
  ['header:, one of several', 'header:x', 'header:y'],
  ['a path, in any case', 'type=Email.Send', 'type=email'],
  ['a path into an array', 'to[1]=b@example.org', 'to[1]=a@example.org'],
  ['several words, which must all fit', 'key:u-17 type=email.send', 'key:u-17 type=sms.send'],
] as const;

describe('a filter', () => {
  it.each(both)('finds %s, the same among rows and among retained messages', (_, fitting, other) => {
    expect([rowFits(fitting), messageFits(fitting)]).toEqual([true, true]);
    expect([rowFits(other), messageFits(other)]).toEqual([false, false]);
  });

  it('finds rows by status, committed or not, and by the reason of a failure', () => {
    expect(rowFits('status:processed', processed, true)).toBe(true);
    expect(rowFits('status:committed', processed, true)).toBe(true);
    expect(rowFits('status:committed', processed, false)).toBe(false);
    expect(rowFits('status:held', held)).toBe(true);
    expect(rowFits('recipient', held)).toBe(true);
    expect(messageFits('recipient')).toBe(false);
  });

  it('says of a retained message that it has no status', () => {
    expect(parseMessageFilter('key:u STATUS:held')).toHaveProperty('problem');
  });

  it.each([
    [
      'stat:held',
      'A filter has no stat: – it has key:, header:, partition:, offset:, status:, 1@40 and path=value.',
    ],
    ['u-17 http://example.org', 'text:http://example.org looks for it as it is.'],
    ['Größe:3', 'A filter has no Größe:'],
    ['partition:two', 'partition: takes a number'],
    ['offset:', 'offset: takes a number'],
  ])('refuses %s, in view and among retained messages', (text, sentence) => {
    expect(parseFilter(text)).toEqual({problem: expect.stringContaining(sentence)});
    expect(parseMessageFilter(text)).toEqual({problem: expect.stringContaining(sentence)});
  });

  it('takes a colon that names no field as text', () => {
    expect(['12:30', '"type":', 'to[0]=a:b'].map(text => 'problem' in parseFilter(text))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('is none for rows, and lets every retained message through, where nothing is typed', () => {
    expect(parseFilter('  ')).toEqual({filter: null});
    expect(messageFits(' ')).toBe(true);
    expect(messageFits('', {...email, value: null, key: null, headers: []})).toBe(true);
  });

  it('takes apart neither a value that is kept in part only, nor one that is no JSON, nor a tombstone', () => {
    expect(rowFits('type=email.send', processed, false, 10)).toBe(false);
    expect(messageFits('type=email.send', {...email, value: Buffer.from('{"type"')})).toBe(false);
    expect(messageFits('type=email.send', {...email, value: null})).toBe(false);
  });
});
