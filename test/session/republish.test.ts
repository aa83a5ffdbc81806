import {describe, expect, it} from 'vitest';
import type {Message} from '../../source/flow/message.ts';
import {type Carry, carried, republishedHeaders} from '../../source/session/republish.ts';
import {type HeaderPair, headersOf} from '../flow/support/headers.ts';

const message = (...pairs: readonly HeaderPair[]): Message => ({
  topic: 'notifications',
  partition: 1,
  offset: 113n,
  timestamp: 0,
  timestampType: 'create-time',
  key: null,
  value: null,
  headers: headersOf(...pairs),
});

function edited(pairs: readonly HeaderPair[], carry: Carry = 'all') {
  let uuids = 0;
  const identity = {uuid: () => `uuid-${++uuids}`, randomHex: (bytes: number) => 'ab'.repeat(bytes)};
  return carried(republishedHeaders(message(...pairs), identity), carry).map(({name, value}) => [
    name,
    value && Buffer.from(value).toString(),
  ]);
}

const from = ['kafka-notify-replaces', 'notifications/1@113'];
const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

describe('an edited message', () => {
  it('has a new identity, whatever the case of its name, and tells where it came from', () => {
    expect(
      edited([
        ['CE_ID', 'a'],
        ['transactionId', 'b'],
        ['MessageId', 'c'],
        ['Idempotency-Key', 'd'],
        ['tag', 't'],
      ]),
    ).toEqual([
      ['CE_ID', 'uuid-1'],
      ['transactionId', 'uuid-2'],
      ['MessageId', 'uuid-3'],
      ['Idempotency-Key', 'uuid-4'],
      ['tag', 't'],
      from,
    ]);
  });

  it('keeps the order of its headers, those that repeat too', () => {
    const headers: readonly HeaderPair[] = [
      ['a', '1'],
      ['10', 'x'],
      ['a', null],
      ['9', 'y'],
      ['constructor', ''],
    ];
    expect(edited(headers)).toEqual([...headers, from]);
  });

  it('keeps together what was the same identity, and leaves null and empty as they are', () => {
    expect(
      edited([
        ['ce_id', 'a'],
        ['idempotency-key', 'a'],
        ['transactionid', null],
        ['messageid', ''],
      ]),
    ).toEqual([
      ['ce_id', 'uuid-1'],
      ['idempotency-key', 'uuid-1'],
      ['transactionid', null],
      ['messageid', ''],
      from,
    ]);
  });

  it('begins a new trace in the format of W3C, sampled as before, without the old vendor state', () => {
    expect(
      edited([
        ['traceparent', trace],
        ['tracestate', 'v=1'],
        ['correlation-id', 'x'],
      ]),
    ).toEqual([['traceparent', `00-${'ab'.repeat(16)}-${'ab'.repeat(8)}-00`], ['correlation-id', 'x'], from]);
    expect(edited([['traceparent', 'nonsense']])[0]![1]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  it('leaves the headers of a dead letter behind, and what an earlier edit said of where it came from', () => {
    expect(
      edited([
        ['tag', 'x'],
        ['kafka_dlt-original-topic', 'x'],
        ['kafka-notify-replaces', 'notifications/1@7'],
        ['tag', 'y'],
      ]),
    ).toEqual([['tag', 'x'], ['tag', 'y'], from]);
  });

  it('carries its own headers without tracing and those of tools, or none', () => {
    const headers: readonly HeaderPair[] = [
      ['ce_id', 'a'],
      ['ce_type', 'sms'],
      ['traceparent', trace],
      ['baggage', 'b'],
      ['__connect.errors.topic', 'x'],
    ];
    expect(edited(headers, 'own')).toEqual([['ce_id', 'uuid-1'], ['ce_type', 'sms'], from]);
    expect(edited(headers, 'none')).toEqual([from]);
  });

  it('is unlike any other by itself: random identities, no all-zero trace', () => {
    const original = message(['ce_id', 'a'], ['traceparent', trace]);
    const [one, other] = [republishedHeaders(original), republishedHeaders(original)];
    expect(String(one[0]!.value)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(String(one[0]!.value)).not.toBe(String(other[0]!.value));
    expect(String(one[1]!.value)).not.toBe(String(other[1]!.value));
    const zeros = republishedHeaders(original, {
      uuid: () => 'u',
      randomHex: bytes => '00'.repeat(bytes),
    });
    expect(String(zeros[1]!.value)).toBe(`00-${'0'.repeat(31)}1-${'0'.repeat(15)}1-00`);
  });
});
