import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {Message} from '../../../source/flow/message.ts';
import type {AbortedTransaction} from '../../../source/kafka/fetch-records.ts';
import {RecordCursor} from '../../../source/kafka/records/record-cursor.ts';

/**
 * Batches that others wrote: Apache Kafka's own classes, with how they read them (corpus/WriteCorpus.java), and
 * kafka-python, librdkafka and franz-go, each given the messages of messages.json.
 */
const folder = join(import.meta.dirname, 'corpus');
const at = {topic: 't', partition: 0};

type Written = {readonly name: string; readonly bytes: string};
type Header = readonly [name: string, value: string | null];
type Content = {
  readonly key: string | null;
  /** Of a long one, how many bytes it has. */
  readonly value: string | number | null;
  readonly headers: readonly Header[];
};
type Read = Content & {readonly offset: number; readonly timestamp: number; readonly appendTime: boolean};

function fileOf<Content>(name: string): Content {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

async function readAll(bytes: string, aborted: readonly AbortedTransaction[] = [], from = 0n) {
  const cursor = new RecordCursor({records: Buffer.from(bytes, 'base64'), aborted}, at, from);
  const messages: Message[] = [];
  for (let taken = await cursor.take(4); taken; taken = await cursor.take(4))
    messages.push(...taken.messages);
  return {messages, next: cursor.next};
}

/** As the files tell it. */
function told(message: Message): Read {
  const {offset, timestamp, timestampType, key, value, headers} = message;
  return {
    offset: Number(offset),
    timestamp,
    appendTime: timestampType === 'log-append-time',
    key: base64(key),
    value: value && value.length > 1000 ? value.length : base64(value),
    headers: headers.map(({name, value: bytes}) => [Buffer.from(name).toString('base64'), base64(bytes)]),
  };
}

function base64(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes).toString('base64');
}

const java = fileOf<readonly (Written & {readonly read: readonly Read[]})[]>('java.json');
const transactional = java.find(({name}) => name === 'transactional')!;

describe("what Apache Kafka's own classes wrote is read as they read it", () => {
  it.each(java.filter(each => each !== transactional))('$name', async ({bytes, read}) => {
    const {messages} = await readAll(bytes);
    expect(messages.map(told)).toEqual(read);
  });

  const batches = java.filter(each => each !== transactional && !/^format [01], none/.test(each.name));
  it.each(batches)('$name, from an offset within', async ({bytes, read}) => {
    const later = read.filter(({offset}) => offset >= 9);
    expect((await readAll(bytes, [], 9n)).messages.map(told)).toEqual(later);
  });

  it('transactions: all records, and without those of the aborted one', async () => {
    expect((await readAll(transactional.bytes)).messages.map(told)).toEqual(transactional.read);
    const {messages, next} = await readAll(transactional.bytes, [{producerId: 1n, firstOffset: 0n}]);
    expect(messages.map(({offset, value}) => `${offset} ${value}`)).toEqual([
      '2 committed 1',
      '3 committed 2',
      '8 again 1',
      '9 again 2',
    ]);
    expect(next).toBe(11n);
  });

  it('each is found damaged where a byte of it is another one', async () => {
    for (const {name, bytes} of java.filter(each => each.bytes.length < 3000)) {
      const damaged = Buffer.from(bytes, 'base64');
      const place = damaged.length - 3;
      damaged.writeUInt8(damaged[place]! ^ 0x40, place);
      await expect(readAll(damaged.toString('base64')), name).rejects.toThrow('CRC mismatch');
    }
  });
});

const messages = fileOf<readonly Content[]>('messages.json');

describe.each(['kafka-python', 'librdkafka', 'franz-go'])('what %s wrote is what it was given', writer => {
  it.each(fileOf<readonly Written[]>(`${writer}.json`))('$name', async ({name, bytes}) => {
    const knowsHeaders = name.includes('format 2');
    const read = (await readAll(bytes)).messages;
    expect(read.map(told)).toEqual(
      messages.map(({headers, ...content}, offset) => ({
        ...content,
        offset,
        timestamp: name.includes('format 0') ? -1 : 1_700_000_000_000 + offset,
        appendTime: false,
        headers: knowsHeaders ? headers : [],
      })),
    );
  });
});
