import {describe, expect, it} from 'vitest';
import {environmentOf as variablesOf, withVariables} from '../../../source/handlers/command/environment.ts';
import {headersOf} from '../../flow/support/headers.ts';
import {message} from '../support/programs.ts';

const environmentOf = (...of: Parameters<typeof variablesOf>) => Object.fromEntries(variablesOf(...of));

describe('metadata in the environment', () => {
  it('names where the message came from', () => {
    const headers = headersOf(['trace-id', 't1'], ['none', null], ['twice', 'a'], ['twice', 'b']);
    expect(environmentOf(message({key: Buffer.from('ü-17'), headers}), 2)).toEqual({
      KAFKA_TOPIC: 'notifications',
      KAFKA_PARTITION: '0',
      KAFKA_OFFSET: '42',
      KAFKA_TIMESTAMP: '1000',
      KAFKA_ATTEMPT: '2',
      KAFKA_KEY: 'ü-17',
      KAFKA_HEADER_TRACE_ID: 't1',
      KAFKA_HEADER_TWICE: 'b',
      KAFKA_HEADERS: 'trace-id=t1&none&twice=a&twice=b',
    });
  });

  it('has all headers on one line: in their order, null and empty apart, whatever the bytes', () => {
    const odd = {name: '\ufffd', rawName: Buffer.from([0xff]), value: Buffer.from([0, 0xfe])};
    const headers = [
      ...headersOf(['a', '1'], ['b', ''], ['10', null], ['9', 'x&y=z %'], ['a', null], ['__proto__', 'ü']),
      odd,
    ];
    const {KAFKA_HEADERS, ...others} = environmentOf(message({headers}), 1);
    expect(KAFKA_HEADERS).toBe('a=1&b=&10&9=x%26y%3Dz%20%25&a&__proto__=%C3%BC&%FF=%00%FE');
    expect(others).toMatchObject({
      KAFKA_HEADER_B: '',
      KAFKA_HEADER_9: 'x&y=z %',
      KAFKA_HEADER___PROTO__: 'ü',
    });
    expect(others).not.toHaveProperty('KAFKA_HEADER_10');
    expect(others).not.toHaveProperty('KAFKA_HEADER_A');
  });

  it("is the message's alone: what stands in the person's own environment by these names never reaches the program", () => {
    const own = {PATH: '/bin', KAFKA_BOOTSTRAP_SERVERS: 'b:9092', KAFKA_TOPIC: 'other', KAFKA_KEY: 'mine'};
    const stale = {
      KAFKA_KEY_BASE64: 'AA==',
      KAFKA_TOMBSTONE: '1',
      KAFKA_HEADER_A: 'x',
      KAFKA_HEADERS: 'x',
      KAFKA_OMITTED: 'x',
    };
    expect(withVariables({...own, ...stale}, variablesOf(message(), 1))).toEqual({
      PATH: '/bin',
      KAFKA_BOOTSTRAP_SERVERS: 'b:9092',
      ...environmentOf(message(), 1),
    });
  });

  it('says what a null value is', () => {
    expect(environmentOf(message({value: null}), 1)).toMatchObject({KAFKA_TOMBSTONE: '1'});
  });

  it('gives what no variable can hold in base64', () => {
    const headers = headersOf(['zero', 'a\0b']);
    const variables = environmentOf(message({key: Buffer.from([0xff]), headers}), 1);
    expect(variables).toMatchObject({KAFKA_KEY_BASE64: '/w==', KAFKA_HEADER_ZERO_BASE64: 'YQBi'});
    expect(variables).not.toHaveProperty('KAFKA_KEY');
  });

  it('leaves out what is too long, and says so', () => {
    const headers = headersOf(['small', 's'], ['huge', 'x'.repeat(1_000_000)]);
    expect(environmentOf(message({headers}), 1)).toMatchObject({
      KAFKA_HEADER_SMALL: 's',
      KAFKA_OMITTED: 'KAFKA_HEADER_HUGE KAFKA_HEADERS',
    });
  });

  it('stays small whatever the headers', () => {
    const headers = headersOf(
      ...Array.from({length: 20_000}, (_, n) => [`header-${n}`, 'x'.repeat(100)] as const),
    );
    const variables = environmentOf(message({headers}), 1);
    expect(Object.entries(variables).join().length).toBeLessThan(400_000);
  });
});
