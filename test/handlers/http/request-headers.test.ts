import {validateHeaderName, validateHeaderValue} from 'node:http';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {requestHeaders} from '../../../source/handlers/http/request-headers.ts';
import {headersOf} from '../../flow/support/headers.ts';
import {message} from '../support/programs.ts';

describe('metadata as request headers', () => {
  it('encodes what no header can hold', () => {
    const headers = headersOf(
      ['a b:c', '100 % für'],
      ['inject', 'a\r\nEvil: 1'],
      ['twice', 'a'],
      ['twice', null],
      ['twice', 'b'],
      ['none', null],
    );
    expect(requestHeaders(message({key: Buffer.from([0xff, 0x00]), headers}), 1)).toMatchObject({
      'Kafka-Key': '%FF%00',
      'Kafka-Header-a-b-c': '100 %25 f%C3%BCr',
      'Kafka-Header-inject': 'a%0D%0AEvil: 1',
      'Kafka-Header-twice': 'a, b',
      'Kafka-Headers': 'a%20b%3Ac=100%20%25%20f%C3%BCr&inject=a%0D%0AEvil%3A%201&twice=a&twice&twice=b&none',
    });
  });

  it('leaves out what is too long, and says so', () => {
    const headers = headersOf(['small', 's'], ['huge', 'x'.repeat(1_000_000)]);
    expect(requestHeaders(message({headers}), 1)).toMatchObject({
      'Kafka-Header-small': 's',
      'Kafka-Omitted': 'Kafka-Header-huge, Kafka-Headers',
    });
  });

  it('is taken by HTTP, and small, whatever the bytes', () => {
    const bytes = fc.uint8Array({maxLength: 300}).map(each => Buffer.from(each));
    fc.assert(
      fc.property(bytes, fc.array(fc.tuple(fc.string(), bytes)), (key, headers) => {
        const sent = requestHeaders(message({key, headers: headersOf(...headers)}), 1);
        for (const [name, value] of Object.entries(sent)) {
          validateHeaderName(name);
          validateHeaderValue(name, value);
        }
        expect(JSON.stringify(sent).length).toBeLessThan(12_000);
        if (sent['Kafka-Key'] !== undefined && key.length > 0)
          expect(unescapeBytes(sent['Kafka-Key'])).toEqual([...key]);
      }),
      {seed: 21},
    );
  });
});

function unescapeBytes(text: string): number[] {
  return [...text.matchAll(/%([0-9A-F]{2})|([^%])/g)].map(([, hex, plain]) =>
    hex === undefined ? plain!.charCodeAt(0) : Number.parseInt(hex, 16),
  );
}
