import {describe, expect, it} from 'vitest';
import type {Draft} from '../../../source/flow/delivery.ts';
import type {AbortedTransaction} from '../../../source/kafka/fetch-records.ts';
import {beginOf} from '../../../source/kafka/read-from.ts';
import {encodeRecordBatch} from '../../../source/kafka/record-batch.ts';
import {RecordCursor} from '../../../source/kafka/records/record-cursor.ts';
import {crc32c} from '../../../source/wire/crc-32c.ts';

type Kind = {readonly producer?: bigint; readonly control?: boolean; readonly key?: Buffer};
const abort = {control: true, key: Buffer.from([0, 0, 0, 0])};
const commit = {control: true, key: Buffer.from([0, 0, 0, 1])};

/** A batch of `count` records from this offset on, as the log holds it. */
function batch(offset: number, count: number, {producer, control = false, key}: Kind = {}): Buffer {
  const drafts = Array.from(
    {length: count},
    (_, at): Draft => ({topic: 't', key: key ?? null, value: Buffer.from(`${offset + at}`), headers: []}),
  );
  const bytes = encodeRecordBatch(drafts, 0);
  bytes.writeBigInt64BE(BigInt(offset), 0);
  if (producer !== undefined) {
    bytes.writeInt16BE(0x10 | (control ? 0x20 : 0), 21);
    bytes.writeBigInt64BE(producer, 43);
  }
  return sealed(bytes);
}

/** As the log cleaner leaves it: no record, but the offsets that it had. */
function emptied(offset: number, count: number): Buffer {
  const bytes = Buffer.from(batch(offset, count).subarray(0, 61));
  bytes.writeInt32BE(61 - 12, 8);
  bytes.writeInt32BE(0, 57);
  return sealed(bytes);
}

function sealed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes, 21), 17);
  return bytes;
}

const at = {topic: 't', partition: 0};

async function read(records: Buffer, from = 0, aborted: readonly AbortedTransaction[] = []) {
  const offsets: number[] = [];
  const cursor = new RecordCursor({records, aborted}, at, BigInt(from));
  for (let taken = await cursor.take(1000); taken; taken = await cursor.take(1000))
    offsets.push(...taken.messages.map(({offset}) => Number(offset)));
  return {offsets, next: Number(cursor.next)};
}

describe('the batches of a fetch', () => {
  it('are read in order, without what lies before the offset that was asked for', async () => {
    const records = Buffer.concat([batch(0, 3), batch(3, 2)]);
    expect(await read(records, 2)).toEqual({offsets: [2, 3, 4], next: 5});
  });

  it('are read up to the one that was cut off, which comes with the next fetch', async () => {
    const records = Buffer.concat([batch(0, 3), batch(3, 2)]);
    expect(await read(records.subarray(0, records.length - 1))).toEqual({offsets: [0, 1, 2], next: 3});
    expect(await read(Buffer.alloc(0), 7)).toEqual({offsets: [], next: 7});
  });

  it('lead over what the log cleaner has emptied', async () => {
    expect(await read(Buffer.concat([emptied(0, 10), batch(10, 1)]))).toEqual({offsets: [10], next: 11});
    expect(await read(emptied(0, 10))).toEqual({offsets: [], next: 10});
  });

  it('lead over markers and aborted records, of the producer that aborted and until it does', async () => {
    const records = Buffer.concat([
      batch(0, 2, {producer: 1n}),
      batch(2, 2, {producer: 2n}),
      batch(4, 1),
      batch(5, 1, {producer: 1n, ...abort}),
      batch(6, 1, {producer: 1n}),
      batch(7, 1, {producer: 2n, ...commit}),
      batch(8, 1, {producer: 1n, ...commit}),
    ]);
    const aborted = [{producerId: 1n, firstOffset: 0n}];
    expect(await read(records, 0, aborted)).toEqual({offsets: [2, 3, 4, 6], next: 9});
    expect(await read(records, 1, aborted)).toEqual({offsets: [2, 3, 4, 6], next: 9});
  });

  it('heed several aborted transactions, in whatever order the broker names them', async () => {
    const records = Buffer.concat([
      batch(0, 1, {producer: 1n}),
      batch(1, 1, {producer: 1n, ...abort}),
      batch(2, 1, {producer: 1n}),
      batch(3, 1, {producer: 1n, ...commit}),
      batch(4, 1, {producer: 1n}),
      batch(5, 1, {producer: 1n, ...abort}),
    ]);
    const aborted = [
      {producerId: 1n, firstOffset: 4n},
      {producerId: 1n, firstOffset: 0n},
    ];
    expect(await read(records, 0, aborted)).toEqual({offsets: [2], next: 6});
  });
});

describe('where reading begins', () => {
  const extent = {first: 10n, end: 50n, atTime: 30n};

  it('is never outside of what the partition has', () => {
    expect(beginOf({from: 'beginning'}, extent)).toBe(10n);
    expect(beginOf({from: 'before-end', count: 5n}, extent)).toBe(45n);
    expect(beginOf({from: 'before-end', count: 500n}, extent)).toBe(10n);
    expect(beginOf({from: 'offset', offset: 3n}, extent)).toBe(10n);
    expect(beginOf({from: 'offset', offset: 30n}, extent)).toBe(30n);
    expect(beginOf({from: 'offset', offset: 300n}, extent)).toBe(50n);
    expect(beginOf({from: 'time', time: 0}, extent)).toBe(30n);
    expect(beginOf({from: 'time', time: 0}, {...extent, atTime: null})).toBe(50n);
  });
});
