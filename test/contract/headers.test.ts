import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {createPartitioner} from '../../source/kafka/partitioners.ts';
import {KafkaPublisher} from '../../source/kafka/publisher.ts';
import {handlerFile} from '../handlers/support/runs.ts';
import {program} from '../kafka/requirements.ts';
import {type Line, run, start} from '../support/program.ts';
import {type BrokerUnderTest, describeOnBrokers} from './support/brokers.ts';

type Pair = readonly [name: string, value: string | null];

/** Names that every object has or that JavaScript sorts, repeats, quotes, null and empty: none may be lost, moved or added. */
const hostile: readonly Pair[] = [
  ['constructor', 'x'],
  ['__proto__', 'y'],
  ['a', '1'],
  ['b', '2'],
  ['a', '3'],
  ['10', 'x'],
  ['9', 'y'],
  ['toString', null],
  ['hasOwnProperty', ''],
  ['"q"', '"v"'],
  ['a', null],
];
const manyCount = 100_000;

/** What the handler's thread was given, one line a message; it refuses all. */
const seen = join(mkdtempSync(join(tmpdir(), 'kafka-notify-headers-')), 'seen.jsonl');
const refusing = handlerFile(`import {appendFileSync} from 'node:fs';
class Refused extends Error { permanent = true; }
export function processMessage({topic, partition, headers, headerList}) {
  const names = Object.getPrototypeOf(headers) === null ? Object.keys(headers).sort() : 'it has a prototype';
  const list = partition === 0 ? headerList.map(({name, value}) => [name, value]) : headerList.length;
  appendFileSync(${JSON.stringify(seen)}, JSON.stringify({topic, partition, names: partition === 0 ? names : names.length, list}) + '\\n');
  throw new Refused('not today');
}`);

describeOnBrokers('headers', broker => {
  const publish = async (topic: string) => {
    const flags = hostile.flatMap(([name, value]) => [
      '--header',
      value === null ? name : `${name}=${value}`,
    ]);
    const {code} = await run(
      ['publish', '--brokers', broker.bootstrap(), '--topic', topic, '--partition', '0', ...flags],
      {stdin: '{}'},
    );
    expect(code).toBe(0);
  };
  const group = (topic: string) => ['--topic', topic, '--group', `g-${topic}`, '--from', 'beginning'];
  const consume = (topic: string, ...more: string[]) => [
    ...['consume', '--brokers', broker.bootstrap(), ...group(topic), '--until-end', ...more],
  ];
  const peek = async (topic: string, partition: number, from = 0) => {
    const {lines} = await run([
      ...['peek', '--brokers', broker.bootstrap(), '--topic', topic, '--partition', `${partition}`],
      ...['--from', `${from}`],
    ]);
    return lines.map(pairsOf);
  };

  it('keep their order, repeats, null and empty: in the handler, peek, a dead letter and redrive; 100,000 too', async () => {
    const topic = await broker.freshTopic({
      partitions: 2,
      config: {'message.timestamp.type': 'LogAppendTime'},
    });
    await publish(topic);
    await publishMany(broker, topic);
    const dead = await run(consume(topic, '--handler', refusing, '--on-failure', 'dead-letter'));
    expect(dead.lines.filter(line => line.status === 'dead-lettered')).toHaveLength(2);

    const given = readFileSync(seen, 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as {topic: string; partition: number})
      .filter(each => each.topic === topic)
      .sort((one, other) => one.partition - other.partition);
    expect(given).toEqual([
      {topic, partition: 0, names: [...new Set(hostile.map(([name]) => name))].sort(), list: hostile},
      {topic, partition: 1, names: manyCount, list: manyCount},
    ]);

    const [letter] = await peek(`${topic}-dlt`, 0);
    expect(letter!.slice(0, hostile.length)).toEqual(hostile);
    expect(
      letter!.slice(hostile.length).map(([name]) => name.replace(/-(original|exception)-.*/, '')),
    ).toEqual(Array.from({length: 9}, () => 'kafka_dlt'));
    expect(letter).toContainEqual(['kafka_dlt-original-timestamp-type', 'LogAppendTime']);
    expect((await run(['redrive', '--brokers', broker.bootstrap(), '--topic', `${topic}-dlt`])).code).toBe(0);

    const [first, again] = await peek(topic, 0);
    expect([first, again]).toEqual([hostile, hostile]);
    if (program('kcat').available) expect(kcatHeaders(broker, topic, 0)).toEqual([hostile, hostile]);
    const [many, manyAgain] = await peek(topic, 1);
    expect([many!.length, manyAgain!.length]).toEqual([manyCount, manyCount]);
    for (const [at, [name, value]] of manyAgain!.entries())
      if (name !== nameAt(at) || value !== 'x') expect([at, name, value]).toEqual([at, nameAt(at), 'x']);
  });

  it('keep them in a replacement, where new ones take the place of those that they are set over', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await publish(topic);
    const running = start(consume(topic, '--acts', '--handler', refusing), {keepsStdin: true});
    await running.line(line => line.status === 'held');
    const set = '{"b":"new","8":"z"}';
    running.child.stdin.end(
      `{"act":"replace","partition":0,"offset":"0","value":1,"headers":${set}}\n{"act":"skip","partition":0,"offset":"1","reason":"done"}\n`,
    );
    await running.finished;
    const [, replacement] = await peek(topic, 0);
    expect(replacement).toEqual([
      ...hostile.map(([name, value]) => [name, name === 'b' ? 'new' : value]),
      ['kafka-notify-replaces', `${topic}/0@0`],
      ['8', 'z'],
    ]);
  });

  it("tell a program null from empty, and nothing of the person's own", async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await publish(topic);
    const printing = handlerFile(
      `console.log(JSON.stringify(Object.entries(process.env).filter(([name]) => name.startsWith('KAFKA_H') || name.startsWith('KAFKA_K'))))`,
      'print.mjs',
    );
    const {lines} = await run(
      consume(topic, '--exec', `'${process.execPath}' '${printing}'`, '--on-failure', 'skip', '--with-value'),
      {env: {KAFKA_KEY: 'mine', KAFKA_HEADER_TOSTRING: 'mine'}},
    );
    expect(lines.map(line => line.status)).toContain('processed');
    const printed = lines.find(line => line.status === 'processed')!.output as string;
    expect(Object.fromEntries(JSON.parse(printed) as [string, string][])).toEqual({
      KAFKA_HEADERS:
        'constructor=x&__proto__=y&a=1&b=2&a=3&10=x&9=y&toString&hasOwnProperty=&%22q%22=%22v%22&a',
      KAFKA_HEADER_CONSTRUCTOR: 'x',
      KAFKA_HEADER___PROTO__: 'y',
      KAFKA_HEADER_B: '2',
      KAFKA_HEADER_10: 'x',
      KAFKA_HEADER_9: 'y',
      KAFKA_HEADER_HASOWNPROPERTY: '',
      KAFKA_HEADER__Q_: '"v"',
    });
  });
});

const nameAt = (at: number) => `h${at}`;

/** As many headers in one record as its broker takes by default. */
async function publishMany(broker: BrokerUnderTest, topic: string): Promise<void> {
  const publisher = new KafkaPublisher({client: broker.client(), partitioner: createPartitioner('java')});
  const value = Buffer.from('x');
  const headers = Array.from({length: manyCount}, (_, at) => ({name: nameAt(at), value}));
  const {state} = await publisher.publish({
    topic,
    partition: 1,
    key: null,
    value: Buffer.from('{}'),
    headers,
  });
  expect(state).toMatchObject({status: 'acknowledged'});
  await publisher.close();
}

function pairsOf(line: Line): Pair[] {
  const list = line.headerList as {name: string; value: string | null}[];
  return list.map(({name, value}) => [name, value]);
}

/** Each record's headers in their order, as librdkafka reads them. */
function kcatHeaders(broker: BrokerUnderTest, topic: string, partition: number): Pair[][] {
  const {stdout} = spawnSync(
    'kcat',
    ['-C', '-q', '-e', '-J', '-b', broker.bootstrap(), '-t', topic, '-p', `${partition}`],
    {encoding: 'utf8', maxBuffer: 64 * 1024 * 1024},
  );
  return stdout
    .trim()
    .split('\n')
    .map(line => {
      const {headers} = JSON.parse(line) as {headers: (string | null)[]};
      return Array.from(
        {length: headers.length / 2},
        (_, at) => [headers[2 * at]!, headers[2 * at + 1]!] as const,
      );
    });
}
