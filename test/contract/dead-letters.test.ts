import {spawnSync} from 'node:child_process';
import {expect, it} from 'vitest';
import {handlerFile} from '../handlers/support/runs.ts';
import {program as programThere} from '../kafka/requirements.ts';
import {positions, run} from '../support/program.ts';
import {type BrokerUnderTest, describeOnBrokers} from './support/brokers.ts';

/** A time whose bytes are all ASCII, so that kcat can print the eight of them in JSON; September 2020. */
const timestamp = 0x0174_2a3b_4c5d;
/** The time is long past; retention must not take the records away. */
const kept = {'retention.ms': '-1'};

const permanently = handlerFile(`class NoSuchUser extends Error { name = 'NoSuchUser'; permanent = true; }
export function processMessage({value}) {
  if (value?.bad) throw new NoSuchUser('u-17 is not there');
}`);

describeOnBrokers('dead letters', broker => {
  const consume = (topic: string, {handler = permanently, more = [] as string[]} = {}) =>
    run([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', `group-${topic}`],
      ...['--from', 'beginning', '--until-end', '--on-failure', 'dead-letter', '--handler', handler, ...more],
    ]);

  it('hold the bytes in the same partition, with the headers that Spring writes, as kcat reads them', async context => {
    const kcat = programThere('kcat');
    if (!kcat.available) return context.skip(kcat.reason);
    const topic = await broker.freshTopic({partitions: 3, config: kept});
    const bad = '{"bad": 9007199254740993, "bad": 1.10}';
    await broker.produce(topic, [
      {partition: 1, value: '{}'},
      {
        partition: 1,
        value: bad,
        key: 'u-17',
        timestamp: String(timestamp),
        headers: {trace: 't-1', tag: ['x', 'y']},
      },
      {partition: 1, value: '{}'},
      {partition: 2, value: Buffer.from([0xff, 0x00, 0xfe, 0x0a]), timestamp: String(timestamp)},
    ]);
    const {code, lines} = await consume(topic);
    expect(code).toBe(1);
    expect(lines.filter(line => line.status === 'dead-lettered')).toEqual([
      expect.objectContaining({partition: expect.any(Number), note: expect.stringMatching(/-dlt [12]@0$/)}),
      expect.objectContaining({partition: expect.any(Number), note: expect.stringMatching(/-dlt [12]@0$/)}),
    ]);
    expect(positions(lines, 'dead-lettered').sort()).toEqual(['1@1', '2@0']);
    expect(await broker.committed(`group-${topic}`, topic)).toEqual(['0', '3', '1']);

    const dlt = `${topic}-dlt`;
    expect(kcatBytes(broker, dlt, 1)).toEqual(Buffer.from(`1@0 4:u-17 ${bad.length}:${bad}`));
    expect(kcatBytes(broker, dlt, 2)).toEqual(
      Buffer.concat([Buffer.from('2@0 -1: 4:'), Buffer.from([0xff, 0x00, 0xfe, 0x0a])]),
    );

    const failed = kcatHeaders(broker, dlt, 1);
    expect(failed.slice(0, -1)).toEqual([
      ['trace', 't-1'],
      ['tag', 'x'],
      ['tag', 'y'],
      ['kafka_dlt-original-topic', topic],
      ['kafka_dlt-original-partition', '\x00\x00\x00\x01'],
      ['kafka_dlt-original-offset', '\x00\x00\x00\x00\x00\x00\x00\x01'],
      ['kafka_dlt-original-timestamp', '\x00\x00\x01\x74\x2a\x3b\x4c\x5d'],
      ['kafka_dlt-original-timestamp-type', 'CreateTime'],
      ['kafka_dlt-original-consumer-group', `group-${topic}`],
      ['kafka_dlt-exception-fqcn', 'NoSuchUser'],
      ['kafka_dlt-exception-message', 'u-17 is not there'],
    ]);
    const [name, stack] = failed.at(-1)!;
    expect(name).toBe('kafka_dlt-exception-stacktrace');
    expect(stack).toMatch(/^NoSuchUser: u-17 is not there\n\s+at (?:Object\.)?processMessage .*notify\.ts:3/);

    const undecodable = Object.fromEntries(kcatHeaders(broker, dlt, 2));
    expect(undecodable).toMatchObject({
      'kafka_dlt-original-partition': '\x00\x00\x00\x02',
      'kafka_dlt-original-offset': '\x00'.repeat(8),
      'kafka_dlt-exception-fqcn': 'undecodable',
    });
  });

  it('keep where they came from at first when they fail again, and say why of this time', async context => {
    const kcat = programThere('kcat');
    if (!kcat.available) return context.skip(kcat.reason);
    const topic = await broker.freshTopic({partitions: 1});
    const before = {
      'kafka_dlt-original-topic': 'the-first',
      'kafka_dlt-original-offset': Buffer.from([0, 0, 0, 0, 0, 0, 0, 9]),
      'kafka_dlt-exception-message': 'of the first time',
    };
    await broker.produce(topic, [{value: '{"bad":1}', headers: before}]);
    expect((await consume(topic)).code).toBe(1);
    const headers = kcatHeaders(broker, `${topic}-dlt`, 0);
    expect(headers.map(([name]) => name)).toEqual([...new Set(headers.map(([name]) => name))]);
    expect(Object.fromEntries(headers)).toMatchObject({
      'kafka_dlt-original-topic': 'the-first',
      'kafka_dlt-original-offset': '\x00\x00\x00\x00\x00\x00\x00\x09',
      'kafka_dlt-exception-message': 'u-17 is not there',
    });
  });

  it('of a tombstone are tombstones', async context => {
    const kcat = programThere('kcat');
    if (!kcat.available) return context.skip(kcat.reason);
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, [{key: 'gone', value: null}]);
    const handler = handlerFile(`export function processMessage({value}) {
      if (value === null) throw Object.assign(new Error('no tombstones here'), {permanent: true});
    }`);
    expect((await consume(topic, {handler})).code).toBe(1);
    expect(kcatBytes(broker, `${topic}-dlt`, 0).toString()).toBe('0@0 4:gone -1:');
  });

  it('a dead-letter topic that has fewer partitions than the source is given the rest', async () => {
    const topic = await broker.freshTopic({partitions: 3});
    await broker.admin().createTopics({topics: [{topic: `${topic}-dlt`, numPartitions: 1}]});
    await broker.produce(topic, [{partition: 2, value: '{"bad":1}'}]);
    const {lines} = await consume(topic);
    expect(lines.find(line => line.status === 'dead-lettered')).toMatchObject({note: `${topic}-dlt 2@0`});
    const ends = await broker.admin().fetchTopicOffsets(`${topic}-dlt`);
    expect(ends.map(({partition, high}) => `${partition}:${high}`).sort()).toEqual(['0:0', '1:0', '2:1']);
  });

  it('are not made of dead letters, nor in a topic that may not be created: the message stays held', async () => {
    const source = await broker.freshTopic({partitions: 1});
    await broker.produce(source, [{value: '{"bad":1}'}]);
    const refused = await consume(source, {more: ['--no-create']});
    expect(refused.lines.find(line => line.status === 'held')).toMatchObject({
      because: expect.stringContaining('may not be created'),
    });
    expect(await broker.committed(`group-${source}`, source)).toEqual(['0']);

    expect((await consume(source)).code).toBe(1);
    const again = await consume(`${source}-dlt`);
    expect(again.code).toBe(1);
    expect(again.lines.find(line => line.status === 'held')).toMatchObject({
      because: expect.stringContaining('holds dead letters itself'),
    });
  });
});

/** `partition@offset key-length:key value-length:value`, the bytes as they are. */
function kcatBytes(broker: BrokerUnderTest, topic: string, partition: number): Buffer {
  const format = '%p@%o %K:%k %S:%s';
  const {stdout} = spawnSync('kcat', [...reading(broker, topic, partition), '-f', format]);
  return stdout;
}

/** The only record's headers in their order; each character is one byte. */
function kcatHeaders(broker: BrokerUnderTest, topic: string, partition: number): [string, string][] {
  const {stdout} = spawnSync('kcat', [...reading(broker, topic, partition), '-J'], {encoding: 'latin1'});
  const {headers} = JSON.parse(stdout) as {headers: string[]};
  return Array.from({length: headers.length / 2}, (_, at) => [headers[2 * at]!, headers[2 * at + 1]!]);
}

function reading(broker: BrokerUnderTest, topic: string, partition: number): string[] {
  return ['-C', '-q', '-e', '-b', broker.bootstrap(), '-t', topic, '-p', String(partition)];
}
