import {gzipSync, zstdCompressSync} from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Message} from '../../../source/flow/message.ts';
import {encodeRecordBatch} from '../../../source/kafka/record-batch.ts';
import {RecordCursor, type RecordLimits} from '../../../source/kafka/records/record-cursor.ts';
import {UnreadableRecords} from '../../../source/kafka/records/unreadable-records.ts';
import {type Codec, codecs, oddBatch, record} from '../../broker/support/odd-batches.ts';

const at = {topic: 't', partition: 0};
const names = Object.keys(codecs) as Codec[];
/** More with `MUTATIONS=2000`. */
const mutations = Number(process.env.MUTATIONS ?? 150);

/** All that can be read, and what ended it. */
async function readAll(
  records: Buffer,
  {from = 0n, limits, highWatermark}: {from?: bigint; limits?: RecordLimits; highWatermark?: bigint} = {},
) {
  const fetched = {records, aborted: [], ...(highWatermark !== undefined && {highWatermark})};
  const cursor = new RecordCursor(fetched, at, from, limits);
  const messages: Message[] = [];
  try {
    for (let taken = await cursor.take(500); taken; taken = await cursor.take(500))
      messages.push(...taken.messages);
    return {messages, next: cursor.next, unreadable: null};
  } catch (error) {
    if (!(error instanceof UnreadableRecords)) throw error;
    return {messages, next: cursor.next, unreadable: error.batch};
  }
}

/** A batch of so many records from this offset on. */
function batch(codec: Codec, offset: bigint, count: number): Buffer {
  const bytes = oddBatch(
    Array.from({length: count}, (_, index) => record(index, {key: 4})),
    {codec, baseTimestamp: 1000},
  );
  bytes.writeBigInt64BE(offset, 0);
  return bytes;
}

/** One record with so many headers, named by their numbers. */
function withHeaders(count: number): Buffer {
  const headers = Array.from({length: count}, (_, index) => ({name: `${index}`, value: null}));
  return encodeRecordBatch([{topic: 't', key: null, value: null, headers}], 0);
}

function flip(bytes: Buffer, place: number, bits: number): void {
  bytes.writeUInt8(bytes[place]! ^ bits, place);
}

const offsetsOf = (messages: readonly Message[]) => messages.map(({offset}) => Number(offset));

describe('what is wrong with a batch is said, and where it ends', () => {
  const good = batch('none', 10n, 3);
  const damaged = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(good);
    change(bytes);
    return Buffer.concat([batch('none', 0n, 10), bytes, batch('none', 13n, 2)]);
  };

  it.each([
    ['a byte of a record', (bytes: Buffer) => flip(bytes, 70, 0x10), 'CRC mismatch'],
    ['the checksum', (bytes: Buffer) => flip(bytes, 18, 1), 'CRC mismatch'],
    ['the last offset', (bytes: Buffer) => flip(bytes, 23, 0x40), 'CRC mismatch'],
    ['the offset', (bytes: Buffer) => bytes.writeBigInt64BE(4n, 0), 'it says that it has the offsets 4 to 6'],
    [
      'the offset, ahead',
      (bytes: Buffer) => bytes.writeBigInt64BE(12n, 0),
      'it says that it has the offsets 12 to 14',
    ],
    ['the format', (bytes: Buffer) => bytes.writeUInt8(9, 16), 'its format 9 is not known'],
    ['an old format', (bytes: Buffer) => bytes.writeUInt8(1, 16), 'CRC mismatch'],
  ])('%s', async (_, change, reason) => {
    const {messages, unreadable} = await readAll(damaged(change), {highWatermark: 15n});
    expect(offsetsOf(messages)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(unreadable).toMatchObject({from: 10n, next: 13n, reason});
  });

  it('a length that cannot be: its end is not known', async () => {
    const {unreadable} = await readAll(damaged(bytes => bytes.writeInt32BE(-5, 8)));
    expect(unreadable).toMatchObject({from: 10n, next: null, reason: 'it says that it has -5 bytes'});
  });

  it('a length beyond what came is a batch that is cut off, unless it is the first', async () => {
    const long = damaged(bytes => bytes.writeInt32BE(50_000, 8));
    expect(await readAll(long)).toMatchObject({next: 10n, unreadable: null});
    const first = Buffer.from(good);
    first.writeInt32BE(50_000, 8);
    expect((await readAll(first, {from: 10n})).unreadable).toMatchObject({
      from: 10n,
      reason: 'it says that it is longer than what came',
    });
  });

  it('too many and too few records', async () => {
    const three = Array.from({length: 3}, (_, index) => record(index));
    const few = oddBatch(three, {codec: 'gzip', count: 2, lastOffsetDelta: 2});
    expect((await readAll(few)).unreadable?.reason).toBe('it counts 2 records and has more');
    const many = oddBatch(three, {codec: 'gzip', count: 5});
    expect((await readAll(many)).unreadable?.reason).toBe('it counts 5 records and has 3');
    const wild = oddBatch(three, {codec: 'gzip', count: 2 ** 31 - 1, lastOffsetDelta: 2});
    expect((await readAll(wild)).unreadable?.reason).toBe('it counts 2147483647 records for 3 offsets');
  });

  it('a record longer than its batch, or not of the length that it claims', async () => {
    const long = oddBatch([record(0), record(1, {size: 5000})], {codec: 'none'});
    expect((await readAll(long)).unreadable?.reason).toBe('a record in it is longer than its batch');
    const short = oddBatch([record(0), record(1, {size: 7})], {codec: 'none'});
    expect((await readAll(short)).unreadable?.reason).toMatch(/^a record in it/);
  });

  it.each(names.filter(name => name !== 'none'))('%s that cannot be unpacked', async codec => {
    const bytes = oddBatch([record(0)], {codec, payload: Buffer.from('no compressed records')});
    const {unreadable} = await readAll(bytes);
    expect(unreadable).toMatchObject({from: 0n, reason: `it cannot be unpacked (${codec})`});
  });

  it('a compression that nobody knows', async () => {
    const bytes = oddBatch([record(0)], {codec: 'none', attributes: 6});
    expect((await readAll(bytes)).unreadable?.reason).toBe('its compression 6 is not known');
  });

  it('keeps the bytes as the broker gave them', async () => {
    const records = damaged(bytes => flip(bytes, 70, 0x10));
    const {unreadable} = await readAll(records);
    expect(
      unreadable?.bytes.equals(records.subarray(batch('none', 0n, 10).length, -batch('none', 13n, 2).length)),
    ).toBe(true);
  });
});

describe('limits', () => {
  it('a batch of 150,000 records is read, a part at a time', async () => {
    const large = batch('lz4', 0n, 150_000);
    const cursor = new RecordCursor({records: large, aborted: []}, at, 0n);
    let count = 0;
    let most = 0;
    for (let taken = await cursor.take(1000); taken; taken = await cursor.take(1000)) {
      count += taken.messages.length;
      most = Math.max(most, taken.messages.length);
    }
    expect({count, most, next: cursor.next}).toEqual({count: 150_000, most: 1000, next: 150_000n});
  });

  it.each([
    ['zstd', zstdCompressSync(Buffer.alloc(600_000_000))],
    ['gzip', gzipSync(Buffer.alloc(300_000_000))],
  ] as const)('more than the limit of %s is not unpacked', async (codec, payload) => {
    const bytes = oddBatch([record(0)], {codec, payload});
    const {unreadable} = await readAll(bytes);
    expect(unreadable?.reason).toBe(
      'unpacked it has more than 64 MiB, which is the limit (--unpacked-limit)',
    );
  });

  it('millions of records in a small batch cost what is looked at', async () => {
    const one = record(0);
    const count = 5_000_000;
    const plain = Buffer.alloc(count * one.length);
    for (let index = 0; index < count; index++) one.copy(plain, index * one.length);
    const payload = zstdCompressSync(plain);
    // All have the offset 0: what is wrong with them is seen before anything is made of them.
    const bytes = oddBatch([], {codec: 'zstd', payload, count});
    const before = process.memoryUsage().rss;
    const {unreadable} = await readAll(bytes);
    expect(unreadable?.reason).toBe('its offsets are not in order');
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
  });

  it('a hundred thousand headers in one record are read in order, and quickly', async () => {
    const count = 100_000;
    const {messages} = await readAll(withHeaders(count));
    const cpu = process.cpuUsage();
    const {headers} = messages[0]!;
    expect(process.cpuUsage(cpu).user).toBeLessThan(1_000_000);
    expect(headers).toHaveLength(count);
    expect([headers[0], headers[99_999]].map(each => each?.name)).toEqual(['0', '99999']);
  });

  it('headers count as memory, and more than a million in one record are not read', async () => {
    const cursor = new RecordCursor({records: withHeaders(1000), aborted: []}, at, 0n);
    expect((await cursor.take(1))!.bytes).toBeGreaterThan(100_000);
    const {unreadable} = await readAll(withHeaders(1_000_001));
    expect(unreadable?.reason).toBe('a record in it has 1000001 headers, and 1000000 at most are read');
  });

  it('a batch whose last records were compacted away is passed to its end', async () => {
    const bytes = oddBatch([record(0), record(1)], {codec: 'none', lastOffsetDelta: 9});
    expect(await readAll(bytes, {from: 1n})).toMatchObject({messages: [{offset: 1n}], next: 10n});
    expect(await readAll(bytes, {from: 5n})).toEqual({messages: [], next: 10n, unreadable: null});
  });

  it('a large batch is checked in turns', async () => {
    const cursor = new RecordCursor({records: batch('zstd', 0n, 200_000), aborted: []}, at, 0n);
    let turns = 0;
    let tick = setImmediate(function again() {
      turns++;
      tick = setImmediate(again);
    });
    await cursor.take(1);
    clearImmediate(tick);
    expect(turns).toBeGreaterThan(0);
  });

  it('no message keeps a whole fetch in memory', async () => {
    const records = Buffer.concat(
      Array.from({length: 40}, (_, index) => batch('none', BigInt(index * 1000), 1000)),
    );
    const {messages} = await readAll(records);
    expect(Math.max(...messages.map(({value}) => value!.buffer.byteLength))).toBeLessThan(300_000);
  });

  it('a cursor that rests goes on where it was', async () => {
    const records = Buffer.concat([batch('zstd', 0n, 1000), batch('none', 1000n, 10)]);
    const cursor = new RecordCursor({records, aborted: []}, at, 7n);
    const offsets: number[] = [];
    for (let taken = await cursor.take(300); taken; taken = await cursor.take(300)) {
      offsets.push(...offsetsOf(taken.messages));
      cursor.rest();
    }
    expect(offsets).toEqual(Array.from({length: 1003}, (_, index) => index + 7));
  });
});

describe.each(names)('batches with %s that were changed somewhere', codec => {
  it('give what was written, or say that they cannot be read', async () => {
    const [first, second] = [batch(codec, 0n, 20), batch(codec, 20n, 20)];
    const records = Buffer.concat([first, second]);
    const written = (await readAll(records)).messages;
    const change = fc.record({
      place: fc.nat(records.length - 1),
      bytes: fc.uint8Array({minLength: 1, maxLength: 4}),
      isCut: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, {minLength: 1, maxLength: 4}), async changes => {
        let changed = Buffer.from(records);
        for (const {place, bytes, isCut} of changes) {
          if (isCut)
            changed = Buffer.concat([changed.subarray(0, place), changed.subarray(place + bytes.length)]);
          else Buffer.from(bytes).copy(changed, Math.min(place, changed.length - 1));
        }
        const {messages, next, unreadable} = await readAll(changed, {highWatermark: 40n});
        // The offset of a batch and the time of its append are not under its checksum; what a record says is.
        for (const [index, message] of messages.entries())
          expect(message.value).toEqual(written[index]!.value);
        if (unreadable?.next !== undefined && unreadable.next !== null)
          expect(unreadable.next > next && unreadable.next <= 40n).toBe(true);
      }),
      {numRuns: mutations},
    );
  });
});
