import {describe, expect, it} from 'vitest';
import {environmentOf} from '../../../source/handlers/command/environment.ts';
import {headersOf} from '../../flow/support/headers.ts';
import {message} from '../support/programs.ts';

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
      KAFKA_OMITTED: 'KAFKA_HEADER_HUGE',
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
