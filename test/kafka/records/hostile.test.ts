import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';
import {crc32} from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {RecordCursor} from '../../../source/kafka/records/record-cursor.ts';
import {UnreadableRecords} from '../../../source/kafka/records/unreadable-records.ts';
import {crc32c} from '../../../source/wire/crc-32c.ts';
import {type Codec, codecs, oddBatch, record} from '../../broker/support/odd-batches.ts';

/**
 * Whoever writes to a topic writes the checksum too: what is changed here has one that fits, so that every number in a
 * batch is a stranger's. More with `MUTATIONS=2000`.
 */
const runs = Number(process.env.MUTATIONS ?? 150);
const at = {topic: 't', partition: 0};
const unpacked = 4 * 1024 * 1024;
const mebibyte = 1024 * 1024;

const java: readonly {name: string; bytes: string}[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'corpus', 'java.json'), 'utf8'),
);

type Change = {readonly place: number; readonly bytes: Uint8Array; readonly kind: 'over' | 'cut' | 'in'};

/** Behind the length, so that it stays one entry. */
const changes = fc.array(
  fc.record<Change>({
    place: fc.nat(),
    bytes: fc.oneof(
      fc.uint8Array({minLength: 1, maxLength: 5}),
      fc
        .constantFrom(
          [0xff, 0xff, 0xff, 0xff],
          [0x7f, 0xff, 0xff, 0xff],
          [0x80, 0, 0, 0],
          [0xfe, 0xff, 0xff, 0xff, 0x0f],
        )
        .map(bytes => Uint8Array.from(bytes)),
    ),
    kind: fc.constantFrom('over', 'over', 'cut', 'in'),
  }),
  {minLength: 1, maxLength: 3},
);

function changed(entry: Buffer, from: number, list: readonly Change[]): Buffer {
  let bytes = Buffer.from(entry);
  for (const {place, bytes: by, kind} of list) {
    const begin = from + (place % (bytes.length - from));
    const [before, behind] = [bytes.subarray(0, begin), bytes.subarray(begin)];
    const rest = kind === 'in' ? behind : behind.subarray(by.length);
    bytes = Buffer.concat([before, kind === 'cut' ? Buffer.alloc(0) : by, rest]);
    if (bytes.length <= from + 8) bytes = Buffer.concat([bytes, Buffer.alloc(40)]);
  }
  bytes.writeInt32BE(bytes.length - 12, 8);
  return bytes;
}

/** Reads all of it, and looks at all that it can give. */
async function look(records: Buffer): Promise<'read' | 'unreadable'> {
  const cursor = new RecordCursor({records, aborted: []}, at, 0n, {unpacked});
  try {
    for (let taken = await cursor.take(1000); taken; taken = await cursor.take(1000)) {
      expect(taken.messages.length).toBeLessThanOrEqual(1000);
      expect(cursor.heldBytes).toBeLessThanOrEqual(records.length + unpacked);
      for (const {key, value, headers, timestamp} of taken.messages) {
        expect(Number.isFinite(timestamp)).toBe(true);
        const size = (key?.length ?? 0) + (value?.length ?? 0) + headers.length;
        expect(size).toBeLessThanOrEqual(unpacked);
      }
    }
    return 'read';
  } catch (error) {
    if (!(error instanceof UnreadableRecords)) throw error;
    expect(error.batch.reason).not.toBe('');
    return 'unreadable';
  }
}

async function hold(
  entries: readonly {readonly entry: Buffer; readonly seal: (bytes: Buffer) => void; readonly from: number}[],
) {
  const before = process.memoryUsage().rss;
  const cpu = process.cpuUsage();
  const seen = {read: 0, unreadable: 0};
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...entries), changes, async ({entry, seal, from}, list) => {
      const bytes = changed(entry, from, list);
      seal(bytes);
      seen[await look(bytes)]++;
    }),
    {numRuns: runs, seed: 10},
  );
  const {user, system} = process.cpuUsage(cpu);
  expect(seen.unreadable).toBeGreaterThan(0);
  expect((user + system) / 1000 / runs, 'ms of work for each').toBeLessThan(60);
  expect(process.memoryUsage().rss - before).toBeLessThan(250 * mebibyte);
  return seen;
}

const sealBatch = (bytes: Buffer) => void bytes.writeUInt32BE(crc32c(bytes, 21), 17);
const sealMessage = (bytes: Buffer) => void bytes.writeUInt32BE(crc32(bytes.subarray(16)), 12);

describe('changed batches whose checksum fits are read, or said to be unreadable', () => {
  it.each(Object.keys(codecs) as Codec[])('%s', async codec => {
    const many = Array.from({length: 50}, (_, index) => record(index, {key: 4}));
    const ours = oddBatch(many, {codec, baseTimestamp: 1000});
    const theirs = java.filter(
      ({name, bytes}) => name.startsWith(`format 2, ${codec}`) && bytes.length < 4000,
    );
    const entries = [ours, ...theirs.map(({bytes}) => Buffer.from(bytes, 'base64'))];
    const {read} = await hold(entries.map(entry => ({entry, seal: sealBatch, from: 21})));
    // Some changes do no harm: it is looked at what is read then.
    expect(read).toBeGreaterThan(0);
  });

  it.each(['format 0, gzip', 'format 1, gzip', 'format 0, snappy', 'format 1, lz4'])('%s', async name => {
    const entry = Buffer.from(java.find(each => each.name === name)!.bytes, 'base64');
    await hold([{entry, seal: sealMessage, from: 17}]);
  });
});
