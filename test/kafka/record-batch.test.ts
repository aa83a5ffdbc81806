import fc from 'fast-check';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeRecordBatch from 'kafkajs/src/protocol/recordBatch/v0/decoder.js';
import {describe, expect, it} from 'vitest';
import type {Draft} from '../../source/flow/delivery.ts';
import {encodeRecordBatch, recordSize} from '../../source/kafka/record-batch.ts';

const now = 1_700_000_000_000;
const draft = (change: Partial<Draft> = {}): Draft => ({
  topic: 't',
  key: null,
  value: Buffer.from('{}'),
  headers: [],
  ...change,
});

describe('a record batch', () => {
  it('is what the message format says, byte by byte', () => {
    const batch = encodeRecordBatch(
      [draft({key: Buffer.from('k'), value: Buffer.from('v'), headers: [{name: 'h', value: null}]})],
      0x0102,
    );
    expect(batch.toString('hex').match(/../g)!.join(' ')).toBe(
      [
        '00 00 00 00 00 00 00 00', // base offset
        '00 00 00 3d', // length after this field: 49 and the record's 12
        'ff ff ff ff', // partition leader epoch
        '02', // magic
        batch.subarray(17, 21).toString('hex').match(/../g)!.join(' '), // checksum: see below
        '00 00', // attributes
        '00 00 00 00', // last offset delta
        '00 00 00 00 00 00 01 02', // first timestamp
        '00 00 00 00 00 00 01 02', // greatest timestamp
        'ff ff ff ff ff ff ff ff', // producer id
        'ff ff', // producer epoch
        'ff ff ff ff', // first sequence
        '00 00 00 01', // number of records
        '16', // record: 11 bytes follow, zigzag
        '00 00 00', // attributes, timestamp delta, offset delta
        '02 6b 02 76', // key and value
        '02 02 68 01', // one header, "h", null
      ].join(' '),
    );
    expect(batch.readUInt32BE(17)).toBe(crc32c(batch.subarray(21)));
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe306_9283);
  });

  it('carries each draft as it is, whatever bytes and times (generated)', async () => {
    const bytes = fc.uint8Array({maxLength: 200}).map(each => Buffer.from(each));
    // KafkaJS's decoder, which judges here, reads neither a null header value nor a name that every object has.
    const name = fc.string({unit: 'grapheme', maxLength: 20}).map(each => `h-${each}`);
    const header = fc.record({name, value: bytes});
    const generated = fc.record({
      key: fc.option(bytes),
      value: fc.option(bytes),
      headers: fc.array(header, {maxLength: 5}),
      timestamp: fc.option(fc.integer({min: 0, max: 8_000_000_000_000}), {nil: undefined}),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(generated, {minLength: 1, maxLength: 20}), async drafts => {
        const all = drafts.map(({timestamp, ...rest}) =>
          draft(timestamp === undefined ? rest : {...rest, timestamp}),
        );
        const batch = encodeRecordBatch(all, now);
        expect(batch.readUInt32BE(17)).toBe(crc32c(batch.subarray(21)));
        const {records} = await decodeRecordBatch(new Decoder(batch));
        expect(records.map(each => [each.offset, each.timestamp, each.key, each.value])).toEqual(
          all.map((each, index) => [String(index), String(each.timestamp ?? now), each.key, each.value]),
        );
        expect(records.map(each => flat(each.headers as Headers))).toEqual(
          all.map(each => flat(gathered(each.headers as {name: string; value: Buffer}[]))),
        );
      }),
      {numRuns: 200},
    );
  });

  it('says the greatest time of its records, not the last', () => {
    const batch = encodeRecordBatch(
      [draft({timestamp: 5}), draft({timestamp: 9}), draft({timestamp: 1})],
      now,
    );
    expect([batch.readBigInt64BE(27), batch.readBigInt64BE(35)]).toEqual([5n, 9n]);
  });

  it('is never larger than its records were said to be (generated)', () => {
    const text = fc.string({maxLength: 300});
    const generated = fc.record({
      key: fc.option(text.map(each => Buffer.from(each))),
      value: fc.option(text.map(each => Buffer.from(each))),
      headers: fc.array(fc.record({name: text, value: fc.option(text.map(each => Buffer.from(each)))})),
      timestamp: fc.integer({min: 0, max: 8_000_000_000_000}),
    });
    fc.assert(
      fc.property(generated, each => {
        const one = draft(each);
        // The other record is far away in time, so that the difference takes most bytes.
        const size = encodeRecordBatch([draft({timestamp: 0}), one], now).length;
        const alone = encodeRecordBatch([draft({timestamp: 0})], now).length;
        expect(size - alone).toBeLessThanOrEqual(recordSize(one));
      }),
    );
  });
});

type Headers = Record<string, Buffer | Buffer[]>;

/** Headers as KafkaJS gathers them: by name, several as a list. */
function gathered(headers: readonly {name: string; value: Buffer}[]): Headers {
  const byName = new Map<string, Buffer[]>();
  for (const {name, value} of headers) byName.set(name, [...(byName.get(name) ?? []), value]);
  return Object.fromEntries([...byName].map(([name, all]) => [name, all.length === 1 ? all[0]! : all]));
}

function flat(headers: Headers): string[] {
  return Object.entries(headers)
    .flatMap(([name, value]) => [value].flat().map(each => `${name}=${each.toString('hex')}`))
    .sort();
}

/** CRC-32C, bit by bit: slow, and another way than the source's. */
function crc32c(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
