import kafkajs from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeRecordBatch from 'kafkajs/src/protocol/recordBatch/v0/decoder.js';
import lz4 from 'lz4js';
import snappy from 'snappyjs';
import {encodeRecordBatch} from '../../source/kafka/record-batch.ts';
import {RecordCursor} from '../../source/kafka/records/record-cursor.ts';
import {crc32c} from '../../source/wire/crc-32c.ts';
import {compressions, decompress} from '../../source/wire/decompress.ts';
import {alternate, type Figure, type Row} from './figure.ts';

const loads = [
  {name: '100 B', size: 100, count: 100_000},
  {name: '1 KB', size: 1024, count: 20_000},
] as const;
const rounds = 15;
const perBatch = 500;
const megabyte = 1_000_000;
const headerNames = ['trace', 'type'];

/** Batches to messages, against KafkaJS's decoder, which checks no checksum; and what the checksum costs. No broker takes part. */
export const decoder: Figure = {
  name: 'decoder',
  async measure(_, say) {
    kafkajs.CompressionCodecs[kafkajs.CompressionTypes.LZ4] = () => ({
      compress: async () => Buffer.alloc(0),
      decompress: async (bytes: Buffer) => Buffer.from(lz4.decompress(bytes)),
    });
    const rows: Row[] = [];
    for (const {name, size, count} of loads) {
      for (const packing of ['none', 'lz4'] as const) {
        const batches = batchesOf(count, size, packing);
        const {ours, theirs} = await alternate(
          {ours: rate(count, () => readOurs(batches)), theirs: rate(count, () => readTheirs(batches))},
          rounds,
          () => {},
        );
        const what = `decode  ${name}, ${packing}`;
        say(what);
        rows.push({what, ours, theirs: {name: 'KafkaJS', sample: theirs}, unit: 'msg/s'});
      }
    }
    return [...rows, ...(await unpacking())];
  },
};

async function unpacking(): Promise<Row[]> {
  const plain = Buffer.concat(Array.from({length: 4000}, (_, index) => text(1000, index)));
  const packedByLz4 = Buffer.from(lz4.compress(plain));
  const packedBySnappy = Buffer.from(snappy.compress(plain));
  const speed = (work: () => void) => rate(plain.length / megabyte, async () => work());
  const most = 2 * plain.length;
  const measured = await alternate(
    {
      checksum: speed(() => crc32c(plain)),
      lz4: speed(() => decompress(compressions.lz4, packedByLz4, most, {linked: true})),
      lz4js: speed(() => lz4.decompress(packedByLz4)),
      snappy: speed(() => decompress(compressions.snappy, packedBySnappy, most)),
      snappyjs: speed(() => snappy.uncompress(packedBySnappy)),
    },
    rounds,
    () => {},
  );
  const unit = 'MB/s';
  return [
    {what: 'CRC-32C', ours: measured.checksum, unit, target: {sign: '≥', value: 500}},
    {what: 'unpack LZ4', ours: measured.lz4, theirs: {name: 'lz4js', sample: measured.lz4js}, unit},
    {
      what: 'unpack snappy',
      ours: measured.snappy,
      theirs: {name: 'snappyjs', sample: measured.snappyjs},
      unit,
    },
  ];
}

/** How much of it is done in a second. */
function rate(amount: number, work: () => Promise<void>) {
  return async () => {
    const begin = performance.now();
    await work();
    return amount / ((performance.now() - begin) / 1000);
  };
}

async function readOurs(batches: readonly Buffer[]): Promise<void> {
  const records = Buffer.concat(batches);
  const cursor = new RecordCursor({records, aborted: []}, {topic: 't', partition: 0}, 0n);
  while (await cursor.take(1000));
}

async function readTheirs(batches: readonly Buffer[]): Promise<void> {
  for (const batch of batches) await decodeRecordBatch(new Decoder(batch));
}

function batchesOf(count: number, size: number, packing: 'none' | 'lz4'): Buffer[] {
  return Array.from({length: count / perBatch}, (_, index) => {
    const drafts = Array.from({length: perBatch}, (_, at) => ({
      topic: 't',
      key: Buffer.from(`u-${at}`),
      value: text(size, index * perBatch + at),
      headers: headerNames.map(name => ({name, value: Buffer.from('email.send')})),
    }));
    const plain = encodeRecordBatch(drafts, 1_700_000_000_000);
    const batch = packing === 'none' ? plain : packed(plain);
    batch.writeBigInt64BE(BigInt(index * perBatch), 0);
    return batch;
  });
}

function packed(plain: Buffer): Buffer {
  const batch = Buffer.concat([plain.subarray(0, 61), Buffer.from(lz4.compress(plain.subarray(61)))]);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt16BE(compressions.lz4, 21);
  batch.writeUInt32BE(crc32c(batch, 21), 17);
  return batch;
}

/** JSON with words that return and numbers that do not, as notifications have them. */
function text(size: number, seed: number): Buffer {
  let number = seed + 1;
  let words = `{"id":${seed},"to":"u-${seed % 997}@example.org","text":"`;
  while (words.length < size) {
    number = (Math.imul(number, 1_103_515_245) + 12_345) >>> 0;
    words += number % 3 === 0 ? `${number} ` : ['your parcel ', 'has been ', 'sent today '][number % 3]!;
  }
  return Buffer.from(`${words.slice(0, size - 2)}"}`);
}
