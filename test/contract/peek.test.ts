import kafkajs from 'kafkajs';
import {describe, expect, it} from 'vitest';
import {createClient} from '../../source/kafka/client.ts';
import {type Line, run, start} from '../support/program.ts';
import {type BrokerUnderTest, describeOnBrokers} from './support/brokers.ts';
import {compactedTopic} from './support/compacted-topic.ts';

const found = (lines: readonly Line[]) => lines.map(line => `${line.partition}@${line.offset}`).sort();
const values = (lines: readonly Line[]) => lines.map(line => line.value);
const numbered = (count: number, partition: number, more: object = {}) =>
  Array.from({length: count}, (_, at) => ({partition, value: `{"n":${at}}`, ...more}));

describeOnBrokers('peek', broker => {
  const peek = (topic: string, ...more: string[]) =>
    run(['peek', '--brokers', broker.bootstrap(), '--topic', topic, ...more]);

  it('prints what is retained in every partition, packed or not, with key, headers and value', async () => {
    const topic = await broker.freshTopic({partitions: 2});
    const headers = {trace: 'abc', tag: ['x', 'y'], bytes: Buffer.from([0xff, 0])};
    await broker.produce(topic, [
      {partition: 0, key: 'u-17', value: '{"amount": 1.10}', headers, timestamp: '1700000000000'},
      {partition: 0, key: null, value: null},
    ]);
    const gzip = {compression: kafkajs.CompressionTypes.GZIP};
    await sendBy(broker, {topic, ...gzip, messages: numbered(100, 1)});
    const {code, lines, stderr} = await peek(topic, '--values');
    expect(code).toBe(0);
    expect(stderr).toContain('Searched 102 of 102 offsets: 102 found.');
    expect(lines.filter(line => line.partition === 0)).toEqual([
      {
        status: 'found',
        topic,
        partition: 0,
        offset: '0',
        timestamp: 1_700_000_000_000,
        key: 'u-17',
        headers: {trace: 'abc', tag: ['x', 'y'], bytes: {base64: '/wA='}},
        headerList: [
          {name: 'trace', value: 'abc'},
          {name: 'tag', value: 'x'},
          {name: 'tag', value: 'y'},
          {name: 'bytes', value: {base64: '/wA='}},
        ],
        value: '{"amount": 1.10}',
      },
      expect.objectContaining({offset: '1', key: null, headers: {}, value: null}),
    ]);
    const packed = lines.filter(line => line.partition === 1);
    expect(values(packed)).toEqual(numbered(100, 1).map(({value}) => value));
    const without = await peek(topic, '--partition', '0');
    expect(without.lines.map(({value, valueBytes}) => [value, valueBytes])).toEqual([
      [undefined, 16],
      [undefined, null],
    ]);
  });

  it('makes no group, commits nothing and creates no topic', async () => {
    const topic = await broker.freshTopic();
    await broker.produce(topic, numbered(3, 0));
    const before = await groupNames(broker);
    const group = `peek-${topic}`;
    expect((await peek(topic, '--group', group)).lines).toHaveLength(3);
    const missing = await peek(`${topic}-missing`);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain(`There is no topic ${topic}-missing; peek creates none.`);
    expect(await broker.admin().listTopics()).not.toContain(`${topic}-missing`);
    const after = await groupNames(broker);
    expect(after).not.toContain(group);
    // Others use Apache Kafka at the same time: of their groups none may know this topic.
    for (const name of after.filter(each => !before.includes(each)))
      expect(await broker.committed(name, topic), name).toEqual(['-1', '-1', '-1']);
    if (broker.kind === 'embedded') expect(after).toEqual(before);
  });

  it('begins at the beginning, so many before the end, at an offset, or at a time', async () => {
    const topic = await broker.freshTopic({partitions: 2});
    const at = (time: number) => ({timestamp: String(time)});
    const hour = 3_600_000;
    const now = Date.now();
    await broker.produce(topic, [...numbered(3, 0, at(now - 2 * hour)), ...numbered(2, 0, at(now))]);
    await broker.produce(topic, numbered(1, 1, at(now - 2 * hour)));
    const from = async (text: string) => {
      const {code, lines} = await peek(topic, '--from', text);
      expect(code).toBe(0);
      return found(lines);
    };
    expect(await from('beginning')).toEqual(['0@0', '0@1', '0@2', '0@3', '0@4', '1@0']);
    expect(await from('end-2')).toEqual(['0@3', '0@4', '1@0']);
    expect(await from('4')).toEqual(['0@4']);
    expect(await from('1h')).toEqual(['0@3', '0@4']);
    expect(await from(new Date(now - hour).toISOString())).toEqual(['0@3', '0@4']);
    expect(await from(String(now - hour))).toEqual(['0@3', '0@4']);
    expect(await from('99')).toEqual([]);
    expect(await from('-1h')).toEqual(['0@3', '0@4']);
    expect(await from(`@${now - hour}`)).toEqual(['0@3', '0@4']);
    expect(await from('end')).toEqual([]);
    expect(await from('0@3')).toEqual(['0@3', '0@4']);
    const two = await peek(topic, '--from', '1@0', '--from', '0@4');
    expect(found(two.lines)).toEqual(['0@4', '1@0']);
  });

  it('reads the partitions that are named, at most so many messages, and only what fits the filter', async () => {
    const topic = await broker.freshTopic();
    await broker.produce(topic, [
      {partition: 0, key: 'u-1', value: '{"type":"email.send","to":"a@example.org"}'},
      {partition: 1, key: 'u-2', value: '{"type":"sms.send"}', headers: {trace: 'T-9'}},
      {partition: 2, key: 'u-3', value: '{"type":"email.send"}'},
    ]);
    const with_ = async (...flags: string[]) => found((await peek(topic, ...flags)).lines);
    expect(await with_('--partition', '0', '--partition', '2')).toEqual(['0@0', '2@0']);
    expect(await with_('--filter', 'type=email.send')).toEqual(['0@0', '2@0']);
    expect(await with_('--filter', 'type=email.send key:u-3')).toEqual(['2@0']);
    expect(await with_('--filter', 'EXAMPLE.ORG')).toEqual(['0@0']);
    expect(await with_('--filter', 'header:t-9')).toEqual(['1@0']);
    expect(await with_('--filter', 'partition:1')).toEqual(['1@0']);
    expect(await with_('--filter', '1@0')).toEqual(['1@0']);
    const most = await peek(topic, '--max', '2');
    expect([most.code, most.lines.length]).toEqual([0, 2]);
    expect(most.stderr).toContain('Stopped at --max 2: what lies behind was not searched.');
    const none = await peek(topic, '--filter', 'nothing-like-it');
    expect([none.code, none.lines]).toEqual([0, []]);
    expect(none.stderr).toContain('Searched 3 of 3 offsets: none found.');
  });

  it('tells the numbers in the headers of a dead letter as numbers, beside their bytes', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const headers = {
      'kafka_dlt-original-partition': Buffer.from([0, 0, 0, 3]),
      'kafka_dlt-original-offset': Buffer.from([0, 0x20, 0, 0, 0, 0, 0, 1]),
      other: Buffer.from([0, 0, 0, 3]),
    };
    await broker.produce(topic, [{partition: 0, value: '{}', headers}]);
    expect((await peek(topic)).lines[0]!.headers).toEqual({
      'kafka_dlt-original-partition': {number: '3', base64: 'AAAAAw=='},
      'kafka_dlt-original-offset': {number: '9007199254740993', base64: 'ACAAAAAAAAE='},
      other: '\0\0\0\u0003',
    });
  });

  it('refuses what makes no sense, as wrong use', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const wrong = async (...flags: string[]) => {
      const {code, stderr, lines} = await peek(topic, ...flags);
      expect([code, lines], flags.join(' ')).toEqual([2, []]);
      return stderr;
    };
    expect(await wrong('--filter', 'status:held')).toContain('one that lies in the topic has no status');
    expect(await wrong('--filter', 'keys:u-1')).toContain('A filter has no keys: – it has key:, header:');
    expect(await wrong('--from', 'yesterday')).toContain('"yesterday" is no place to begin');
    expect(await wrong('--partition', '7')).toContain(`has no partition 7; it has 1.`);
    expect(await wrong('--max', '0')).toContain('--max takes a whole number');
  });

  it('comes to the end of an emptied topic, and of a compacted one with gaps', async () => {
    const emptied = await broker.freshTopic({partitions: 1});
    await broker.produce(emptied, numbered(5, 0));
    await broker.deleteBelow(emptied, '3');
    expect(found((await peek(emptied, '--from', '1')).lines)).toEqual(['0@3', '0@4']);
    await broker.deleteBelow(emptied, '-1');
    expect((await peek(emptied)).stderr).toContain('Searched 0 of 0 offsets: none found.');

    const compacted = await compactedTopic(broker);
    const {code, lines, stderr} = await peek(compacted);
    expect(code).toBe(0);
    expect(found(lines)).toContain('0@200');
    expect(stderr).toMatch(/Searched (\d+) of \1 offsets/);
  });

  it('leaves out aborted records and markers, and comes to the end behind them', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const producer = broker
      .client()
      .kafka.producer({transactionalId: `t-${topic}`, idempotent: true, maxInFlightRequests: 1});
    await producer.connect();
    for (const end of ['abort', 'commit', 'abort', 'commit', 'abort'] as const) {
      const transaction = await producer.transaction();
      await transaction.send({topic, messages: [{value: `"${end} 1"`}, {value: `"${end} 2"`}]});
      await transaction[end]();
    }
    await producer.disconnect();
    const all = await peek(topic, '--values');
    expect(all.code).toBe(0);
    expect(values(all.lines)).toEqual(['"commit 1"', '"commit 2"', '"commit 1"', '"commit 2"']);
    expect(all.stderr).toContain('Searched 15 of 15 offsets: 4 found.');
    // In the midst of an aborted transaction, of a committed one, and behind the last record.
    expect(values((await peek(topic, '--from', '7', '--values')).lines)).toEqual([
      '"commit 1"',
      '"commit 2"',
    ]);
    expect(values((await peek(topic, '--from', '10', '--values')).lines)).toEqual(['"commit 2"']);
    expect((await peek(topic, '--from', 'end-1')).stderr).toContain('Searched 1 of 1 offsets: none found.');
  });

  it('passes a batch that is more than the limit when unpacked, and says that it was not read', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const large = {partition: 0, value: JSON.stringify('x'.repeat(600_000))};
    const gzip = {compression: kafkajs.CompressionTypes.GZIP};
    await sendBy(broker, {topic, ...gzip, messages: [large, large]});
    await broker.produce(topic, numbered(1, 0));
    const {code, lines, stderr} = await peek(topic, '--unpacked-limit', '1');
    expect(code).toBe(1);
    expect(found(lines)).toEqual(['0@2']);
    expect(stderr).toContain('unpacked it has more than 1 MiB, which is the limit (--unpacked-limit)');
    expect((await peek(topic, '--unpacked-limit', '2')).code).toBe(0);
  });

  it('says on Ctrl+C how far it came', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, numbered(20_000, 0));
    const running = start(['peek', '--brokers', broker.bootstrap(), '--topic', topic, '--values']);
    // Nobody takes its lines: it waits, and reads no further.
    running.child.stdout.pause();
    await told(running, /Searched [\d,]+ of 20,000 …/);
    running.child.kill('SIGINT');
    running.child.stdout.resume();
    const {code, lines, stderr} = await running.finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/Stopped: searched [\d,]+ of 20,000 offsets; [\d,]+ found so far\./);
    expect(lines.length).toBeLessThanOrEqual(20_000);
  });
});

describe('peek when the broker goes', () => {
  it('says that it did not come to the end, and how far it came', async () => {
    const broker = start(['broker', '--port', '0']);
    const {bootstrap} = await broker.line(line => line.status === 'listening');
    const kafka = createClient({brokers: [String(bootstrap)]}).kafka;
    const [admin, producer] = [kafka.admin(), kafka.producer()];
    await Promise.all([admin.connect(), producer.connect()]);
    await admin.createTopics({topics: [{topic: 't', numPartitions: 1}]});
    // More than one fetch gives.
    const messages = Array.from({length: 60}, (_, at) => ({value: `"${at}${'x'.repeat(50_000)}"`}));
    for (let at = 0; at < 60; at += 10)
      await producer.send({topic: 't', messages: messages.slice(at, at + 10)});
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    const running = start(['peek', '--brokers', String(bootstrap), '--topic', 't', '--values']);
    running.child.stdout.pause();
    await told(running, /Searched \d+ of 60 …/);
    broker.child.kill('SIGKILL');
    await broker.finished;
    running.child.stdout.resume();
    const {code, stderr} = await running.finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/Not searched to the end: searched \d+ of 60 offsets; \d+ found so far\./);
    expect(stderr).toContain(`Nothing is listening on ${bootstrap}`);
  });
});

async function groupNames(broker: BrokerUnderTest): Promise<string[]> {
  const {groups} = await broker.admin().listGroups();
  return groups.map(({groupId}) => groupId);
}

async function sendBy(broker: BrokerUnderTest, record: kafkajs.ProducerRecord): Promise<void> {
  const producer = broker.client().kafka.producer({allowAutoTopicCreation: false});
  await producer.connect();
  await producer.send(record);
  await producer.disconnect();
}

/** Resolves when the program has said it on stderr. */
function told({child, stderr, finished}: ReturnType<typeof start>, words: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => words.test(stderr()) && resolve();
    child.stderr.on('data', look);
    look();
    void finished.then(() => reject(new Error(`It ended without ${words}: ${stderr()}`)));
  });
}
