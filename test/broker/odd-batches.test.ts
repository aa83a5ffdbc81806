import {randomUUID} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, inject, it, vi} from 'vitest';
import {type EmbeddedBroker, startBroker} from '../../source/broker/index.ts';
import {deleteRecords, listOffsets, produce} from '../../source/broker/messages/produce-and-fetch.ts';
import {createTopics, deleteTopics} from '../../source/broker/messages/topics.ts';
import {crc32c} from '../../source/wire/crc-32c.ts';
import {randomNumbers} from '../support/random-numbers.ts';
import {ask} from './support/ask.ts';
import {type Codec, codecs, oddBatch, record} from './support/odd-batches.ts';

const timeoutMs = 30_000;
/** Its number. */
const invalidRecord = 87;
const patience = {timeout: 60_000, interval: 50};
const kafka = inject('kafka');
const names = Object.keys(codecs) as Codec[];
const three = [record(0), record(1), record(2)];

type OddBatch = readonly [name: string, batch: () => Buffer, topic?: 'compacted'];

/** Batches that no careful producer sends, with a right checksum unless it is the checksum that is wrong. */
const oddBatches: readonly OddBatch[] = [
  ...names.flatMap((codec): OddBatch[] => [
    [`${codec}: as it should be`, () => oddBatch(three, {codec})],
    [
      `${codec}: fifty million records claimed in one`,
      () => oddBatch([record(0)], {codec, count: 50_000_000}),
    ],
    [`${codec}: one record more than there is`, () => oddBatch(three, {codec, count: 4})],
    [`${codec}: one record less than there is`, () => oddBatch(three, {codec, count: 2})],
    [`${codec}: more offsets than records`, () => oddBatch(three, {codec, lastOffsetDelta: 9})],
    [`${codec}: fewer offsets than records`, () => oddBatch(three, {codec, lastOffsetDelta: 1})],
    [`${codec}: no records`, () => oddBatch([], {codec, count: 0})],
    [`${codec}: a negative count`, () => oddBatch(three, {codec, count: -3})],
    [`${codec}: records out of order`, () => oddBatch([record(0), record(2), record(1)], {codec})],
    [`${codec}: all records at offset 0`, () => oddBatch([record(0), record(0), record(0)], {codec})],
    [`${codec}: a record that claims to be longer`, () => oddBatch([record(0, {size: 60})], {codec})],
    [`${codec}: a record that claims to be shorter`, () => oddBatch([record(0, {size: 8})], {codec})],
    [`${codec}: a record of negative length`, () => oddBatch([record(0, {size: -4})], {codec})],
    [
      `${codec}: something behind the last record`,
      () => oddBatch(three, {codec, behind: Buffer.alloc(9, 1)}),
    ],
    [`${codec}: a wrong checksum`, () => oddBatch(three, {codec, crc: 7})],
    [`${codec}: a null key for a compacted topic`, () => oddBatch(three, {codec}), 'compacted'],
    [`${codec}: keys for a compacted topic`, () => oddBatch([record(0, {key: 1})], {codec}), 'compacted'],
  ]),
  ...names.slice(1).flatMap((codec): OddBatch[] => [
    [
      `${codec}: bytes that are not compressed`,
      () => oddBatch(three, {codec, payload: Buffer.alloc(40, 0xa7)}),
    ],
    [`${codec}: nothing at all`, () => oddBatch(three, {codec, payload: Buffer.alloc(0)})],
    [
      `${codec}: cut off`,
      () => {
        const whole = oddBatch(three, {codec});
        return oddBatch(three, {codec, payload: whole.subarray(61, whole.length - 6)});
      },
    ],
    [`${codec}: said of plain records`, () => oddBatch(three, {codec, payload: Buffer.concat(three)})],
  ]),
  ...[5, 6, 7].map(
    (attributes): OddBatch => [
      `a compression ${attributes} that nobody knows`,
      () => oddBatch(three, {codec: 'none', attributes}),
    ],
  ),
  ['a control batch', () => oddBatch(three, {codec: 'none', attributes: 0x20})],
  ['a batch of format 3', () => oddBatch(three, {codec: 'none', magic: 3})],
  ['a batch that claims to be shorter', () => oddBatch(three, {codec: 'none', length: 55})],
  ['a batch that claims to be longer', () => oddBatch(three, {codec: 'none', length: 5000})],
  ['a batch of negative length', () => oddBatch(three, {codec: 'none', length: -5})],
  ['two batches', () => Buffer.concat([oddBatch(three, {codec: 'none'}), oddBatch(three, {codec: 'none'})])],
  ['no bytes', () => Buffer.alloc(0)],
  ['five bytes', () => Buffer.alloc(5)],
  ['a day in the future', () => oddBatch(three, {codec: 'none', baseTimestamp: Date.now() + 86_400_000})],
  ['the year 1970', () => oddBatch(three, {codec: 'none', baseTimestamp: 0})],
  ['a negative time', () => oddBatch(three, {codec: 'none', baseTimestamp: -5})],
  [
    'a producer id without a sequence',
    () => oddBatch(three, {codec: 'none', producer: {id: 5n, epoch: 0, sequence: -1}}),
  ],
  [
    'a producer id without an epoch',
    () => oddBatch(three, {codec: 'none', producer: {id: 5n, epoch: -1, sequence: 0}}),
  ],
];

/** Where this broker answers otherwise on purpose. A line that is no longer true fails. */
const otherwise: Readonly<Record<string, string>> = {
  'none: records out of order': 'Kafka takes it, and consumers stumble over it for ever',
  'none: all records at offset 0': 'the same',
  ...Object.fromEntries(
    names
      .slice(1)
      .flatMap(codec =>
        [
          'a record that claims to be longer',
          'a record that claims to be shorter',
          'a record of negative length',
        ].map(what => [
          `${codec}: ${what}`,
          'Kafka looks less closely at compressed records, and consumers stumble',
        ]),
      ),
  ),
};

if ('missing' in kafka) it.skip(`odd batches beside Apache Kafka: skipped, ${kafka.missing}`, () => {});
else {
  describe('odd batches are taken or refused as by Apache Kafka', () => {
    const topics = new Map(oddBatches.map(([name]) => [name, `odd_${randomUUID()}`]));
    let embedded: EmbeddedBroker;

    beforeAll(async () => {
      embedded = await startBroker();
      for (const bootstrap of [kafka.bootstrap, embedded.bootstrap]) {
        const wanted = oddBatches.map(([name, , compacted]) => ({
          name: topics.get(name)!,
          numPartitions: 1,
          replicationFactor: 1,
          configs: compacted ? [{name: 'cleanup.policy', value: 'compact'}] : [],
        }));
        await ask(bootstrap, createTopics, 7, {timeoutMs, topics: wanted});
        const asked = wanted.map(({name}) => ({name, partitions: [{partitionIndex: 0, timestamp: -1n}]}));
        await vi.waitFor(async () => {
          const answer = await ask(bootstrap, listOffsets, 7, {replicaId: -1, topics: asked});
          const errorCodes = answer.topics.flatMap(each => each.partitions.map(({errorCode}) => errorCode));
          expect(errorCodes).toEqual(asked.map(() => 0));
        }, patience);
      }
    });

    afterAll(async () => {
      const wanted = [...topics.values()].map(name => ({name}));
      await ask(kafka.bootstrap, deleteTopics, 6, {timeoutMs, topics: wanted});
      await embedded.stop();
    });

    it.each(oddBatches.map(([name, batch]) => ({name, batch})))('$name', async ({name, batch}) => {
      const records = batch();
      const [theirs, ours] = await Promise.all(
        [kafka.bootstrap, embedded.bootstrap].map(bootstrap =>
          publish(bootstrap, topics.get(name)!, records),
        ),
      );
      if (name in otherwise) expect(ours).not.toEqual(theirs);
      else expect(ours).toEqual(theirs);
    });

    it('so are a thousand with a byte changed, but for those that consumers would stumble over', async () => {
      const random = randomNumbers(20_261_127);
      const topic = topics.get('five bytes')!;
      const places = [kafka.bootstrap, embedded.bootstrap];
      const ends = await Promise.all(places.map(bootstrap => publish(bootstrap, topic, Buffer.alloc(0))));
      let before = ends.map(each => Number(/log end (\d+)/.exec(each)![1]));
      for (let number = 0; number < 1000; number++) {
        const {what, batch} = changedBatch(random);
        const answers = await Promise.all(places.map(bootstrap => publish(bootstrap, topic, batch)));
        const [theirs, ours] = answers.map((each, at) => {
          const [, error, end] = /error (-?\d+), log end (\d+)/.exec(each)!;
          return {error: Number(error), grown: Number(end) - before[at]!, end: Number(end)};
        });
        before = [theirs!.end, ours!.end];
        const isStricter = theirs!.error === 0 && ours!.error === invalidRecord && ours!.grown === 0;
        if (isStricter) continue;
        expect([what, ours!.error, ours!.grown]).toEqual([what, theirs!.error, theirs!.grown]);
      }
    });

    it.each(names)('finds an offset by its time inside a batch with %s', async codec => {
      const start = Date.now() - 60_000;
      const records = [0, 10, 20].map((time, index) => record(index, {time}));
      const batch = oddBatch(records, {codec, baseTimestamp: start, maxTimestamp: start + 20});
      const topic = topics.get('no bytes')!;
      for (const bootstrap of [kafka.bootstrap, embedded.bootstrap]) {
        const end = Number(/log end (\d+)/.exec(await publish(bootstrap, topic, batch))![1]);
        // What another codec published before is not to be found.
        const first = end - 3;
        await ask(bootstrap, deleteRecords, 2, {
          timeoutMs,
          topics: [{name: topic, partitions: [{partitionIndex: 0, offset: BigInt(first)}]}],
        });
        const found = [];
        for (const timestamp of [start, start + 5, start + 15, start + 25]) {
          const answer = await ask(bootstrap, listOffsets, 7, {
            replicaId: -1,
            topics: [{name: topic, partitions: [{partitionIndex: 0, timestamp: BigInt(timestamp)}]}],
          });
          const place = answer.topics[0]!.partitions[0]!;
          found.push([Number(place.offset), Number(place.timestamp)]);
        }
        expect(found).toEqual([
          [first, start],
          [first + 1, start + 10],
          [first + 2, start + 20],
          [-1, -1],
        ]);
      }
    });
  });
}

/** One byte of the records (before they are compressed) or of the head is another; the checksum is right. */
function changedBatch(random: () => number): {what: string; batch: Buffer} {
  const below = (most: number) => Math.floor(random() * most);
  const codec = names[below(names.length)]!;
  const records = Buffer.concat([record(0, {key: 3}), record(1), record(2, {time: 5})]);
  const value = [0, 1, 0x7f, 0x80, 0xff, below(256)][below(6)]!;
  if (random() < 0.6) {
    const at = below(records.length);
    records[at] = value;
    return {
      what: `${codec}, byte ${at} of the records ${value}`,
      batch: oddBatch([records], {codec, count: 3}),
    };
  }
  const batch = oddBatch([records], {codec, count: 3});
  const at = [21, 22, 23, 24, 25, 26, 43, 50, 51, 52, 53, 57, 58, 59, 60][below(15)]!;
  batch[at] = value;
  batch.writeUInt32BE(crc32c(batch, 21), 17);
  return {what: `${codec}, byte ${at} of the head ${value}`, batch};
}

/** The error's number, and where the log ends then. */
async function publish(bootstrap: string, topic: string, records: Buffer): Promise<string> {
  const {responses} = await ask(bootstrap, produce, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs,
    topicData: [{name: topic, partitionData: [{index: 0, records}]}],
  });
  const {topics} = await ask(bootstrap, listOffsets, 7, {
    replicaId: -1,
    topics: [{name: topic, partitions: [{partitionIndex: 0, timestamp: -1n}]}],
  });
  const {errorCode} = responses[0]!.partitionResponses[0]!;
  return `error ${errorCode}, log end ${topics[0]!.partitions[0]!.offset}`;
}
