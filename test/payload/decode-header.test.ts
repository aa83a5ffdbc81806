import {describe, expect, it} from 'vitest';
import {decodeHeader} from '../../source/payload/decode-header.ts';

describe("a header's value", () => {
  it("is a number in Spring's dead letters", () => {
    const bytes = (hex: string) => Buffer.from(hex, 'hex');
    expect(decodeHeader('kafka_dlt-original-partition', bytes('00000007'))).toEqual({
      kind: 'number',
      text: '7',
    });
    expect(decodeHeader('kafka_dlt-original-offset', bytes('0000000000000071')).text).toBe('113');
    expect(decodeHeader('kafka_dlt-original-offset', bytes('0020000000000001')).text).toBe(
      '9007199254740993',
    );
    expect(decodeHeader('kafka_dlt-original-timestamp', bytes('0000018bcfe56800')).text).toBe(
      '1700000000000',
    );
    expect(decodeHeader('kafka_dlt-original-timestamp', bytes('ffffffffffffffff')).text).toBe('-1');
  });

  it('is read where it lies within a larger buffer', () => {
    const bytes = Buffer.from('ffff00000007ffff', 'hex').subarray(2, 6);
    expect(decodeHeader('kafka_dlt-original-partition', bytes).text).toBe('7');
  });

  it('is shown for what it is where the length does not fit the name', () => {
    expect(decodeHeader('kafka_dlt-original-partition', Buffer.from('12'))).toEqual({
      kind: 'text',
      text: '12',
    });
    expect(decodeHeader('kafka_dlt-original-offset', Buffer.from([0, 0, 0, 1]))).toEqual({
      kind: 'hex',
      text: '0x00000001',
    });
  });

  it('is safe text where it is UTF-8', () => {
    expect(decodeHeader('traceparent', Buffer.from('00-für'))).toEqual({kind: 'text', text: '00-für'});
    expect(decodeHeader('x', Buffer.from('\u001b[31m')).text).toBe('␛[31m');
    expect(decodeHeader('x', new Uint8Array(0))).toEqual({kind: 'text', text: ''});
  });

  it('tells null from text, and shows other bytes in hexadecimal', () => {
    expect(decodeHeader('x', null)).toEqual({kind: 'null', text: 'null'});
    expect(decodeHeader('x', Buffer.from('null')).kind).toBe('text');
    expect(decodeHeader('x', Buffer.from([0xff, 0xfe]))).toEqual({kind: 'hex', text: '0xfffe'});
    expect(decodeHeader('x', new Uint8Array(1000)).text).toMatch(/^0x0+… \(1000 bytes\)$/);
  });
});
