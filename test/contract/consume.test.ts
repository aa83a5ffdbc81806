import {spawnSync} from 'node:child_process';
import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {handlerFile} from '../handlers/support/runs.ts';
import {toldByConsumerGroups} from '../kafka/consumer-groups.ts';
import {apacheKafka, program as programThere} from '../kafka/requirements.ts';
import {positions, run, start} from '../support/program.ts';
import {type BrokerUnderTest, describeOnBrokers} from './support/brokers.ts';

/** What is committed as Apache's own tool tells it; as KafkaJS does where there is no Apache Kafka on the machine. */
async function toldByApache(
  broker: BrokerUnderTest,
  group: string,
  topic: string,
): Promise<readonly string[]> {
  const possible = apacheKafka();
  if (possible.available) return toldByConsumerGroups(broker.bootstrap(), group, topic);
  console.error(`without Apache's consumer-groups tool: ${possible.reason}`);
  return broker.committed(group, topic);
}

const count = 30;

function numbered(partitions: number, each: number) {
  return Array.from({length: partitions * each}, (_, index) => ({
    partition: index % partitions,
    key: `k${index % partitions}`,
    value: JSON.stringify({partition: index % partitions, offset: Math.floor(index / partitions)}),
  }));
}

/** Text that compresses badly, the same each time. */
function noise(length: number): string {
  let state = 1;
  return Array.from({length}, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(97 + ((state >>> 16) % 26));
  }).join('');
}

describeOnBrokers('processing and committing', broker => {
  const args = (topic: string, ...more: string[]) => [
    'consume',
    '--brokers',
    broker.bootstrap(),
    '--topic',
    topic,
    '--group',
    `group-${topic}`,
    ...more,
  ];

  it('a failure in the middle of one partition holds that one; mended, a second run commits everything', async () => {
    const topic = await broker.freshTopic();
    await broker.produce(topic, numbered(3, count));
    const handler = handlerFile(`export function processMessage({value}) {
      if (value.partition === 1 && value.offset === 13) throw new TypeError('user.email is undefined');
    }`);
    const first = await run(
      args(topic, '--from', 'beginning', '--until-end', '--retries', '0', '--handler', handler),
    );
    expect(first.code).toBe(1);
    const told = () => toldByApache(broker, `group-${topic}`, topic);
    expect(await told()).toEqual(['30', '13', '30']);
    expect(await broker.committed(`group-${topic}`, topic)).toEqual(['30', '13', '30']);
    expect(positions(first.lines, 'processed').filter(each => each.startsWith('1@'))).toHaveLength(13);
    expect(positions(first.lines, 'held')).toEqual(['1@13']);
    expect(first.lines.find(line => line.status === 'held')).toMatchObject({
      key: 'k1',
      attempt: 1,
      error: {name: 'TypeError', message: 'user.email is undefined', where: 'notify.ts:2', permanent: false},
    });

    writeFileSync(handler, 'export function processMessage() {}');
    const second = await run(args(topic, '--until-end', '--handler', handler));
    expect(second.code).toBe(0);
    expect(positions(second.lines, 'processed')[0]).toBe('1@13');
    expect(await told()).toEqual(['30', '30', '30']);
  });

  it('retries what may pass, skips and dead-letters by the policy', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, numbered(1, 6));
    const handler = handlerFile(`export function processMessage({value}, {attempt}) {
      if (value.offset === 1 && attempt === 1) throw new Error('passes later');
      if (value.offset === 3) throw Object.assign(new Error('never'), {permanent: true});
    }`);
    const skip = await run(
      args(topic, '--from', 'beginning', '--until-end', '--on-failure', 'skip', '--handler', handler),
    );
    expect(skip.code).toBe(1);
    expect(positions(skip.lines, 'failed')).toEqual(['0@1', '0@3']);
    expect(positions(skip.lines, 'skipped')).toEqual(['0@3']);
    expect(skip.lines.find(line => line.offset === '1' && line.status === 'processed')).toMatchObject({
      attempt: 2,
    });
    expect(await broker.committed(`group-${topic}`, topic)).toEqual(['6']);
  });

  it('asks where to start, replays without lowering the commit, and does not skip unasked', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, numbered(1, 5));
    const asked = await run(args(topic, '--until-end'));
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('5 messages are there: say --from beginning');

    expect((await run(args(topic, '--from', 'beginning', '--max', '3'))).code).toBe(0);
    expect(await broker.committed(`group-${topic}`, topic)).toEqual(['3']);

    const replay = await run(args(topic, '--from', 'beginning', '--max', '2'));
    expect(positions(replay.lines, 'processed')).toEqual(['0@0', '0@1']);
    expect(await broker.committed(`group-${topic}`, topic)).toEqual(['3']);

    const refused = await run(args(topic, '--from', 'end', '--until-end'));
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('2 messages');
    expect((await run(args(topic, '--from', 'end', '--skip-to-end', '--until-end'))).code).toBe(0);
    expect(await broker.committed(`group-${topic}`, topic)).toEqual(['5']);
  });

  it('ends in order on SIGTERM: the message in hand is finished and committed', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, numbered(1, 50));
    const handler = handlerFile(
      'export const processMessage = () => new Promise(done => setTimeout(done, 300));',
    );
    const running = start(args(topic, '--from', 'beginning', '--handler', handler));
    await running.line(line => line.status === 'processed' && line.offset === '1');
    running.child.kill('SIGTERM');
    const {code, lines} = await running.finished;
    expect(code).toBe(0);
    const processed = positions(lines, 'processed').length;
    expect(await broker.committed(`group-${topic}`, topic)).toEqual([String(processed)]);
  });

  it.for(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'processes what kcat compressed with %s, the odd ones too, byte for byte',
    async (codec, context) => {
      const kcat = programThere('kcat');
      if (!kcat.available) return context.skip(kcat.reason);
      const topic = await broker.freshTopic({partitions: 1, config: {'max.message.bytes': '8000000'}});
      const at = [
        '-P',
        '-b',
        broker.bootstrap(),
        '-t',
        topic,
        '-z',
        codec,
        '-X',
        'message.max.bytes=8000000',
      ];
      const small = Array.from({length: 200}, (_, index) => `{"n":${index},"text":"${'x'.repeat(50)}"}`);
      expect(spawnSync('kcat', at, {input: small.join('\n')}).status).toBe(0);
      const odd = [
        Buffer.from([0x22, 0xff, 0xfe, 0x22]),
        Buffer.from(`${'['.repeat(100_000)}${']'.repeat(100_000)}`),
        Buffer.from('['.repeat(100_000)),
        Buffer.from(JSON.stringify(noise(5_000_000))),
        Buffer.from('{"last":true}'),
      ];
      const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-odd-'));
      const files = odd.map((value, index) => {
        const file = join(folder, String(index));
        writeFileSync(file, value);
        return file;
      });
      expect(spawnSync('kcat', [...at, files[0]!]).status).toBe(0);
      // A tombstone: -Z makes the empty value null.
      expect(spawnSync('kcat', [...at, '-Z', '-K', ':'], {input: 'gone:'}).status).toBe(0);
      expect(spawnSync('kcat', [...at, ...files.slice(1)]).status).toBe(0);

      const {code, lines} = await run(
        args(topic, '--from', 'beginning', '--until-end', '--on-failure', 'skip', '--with-value'),
      );
      expect(code).toBe(1);
      const processed = lines.filter(line => line.status === 'processed');
      expect(processed.slice(0, 200).map(line => line.value)).toEqual(small);
      expect(processed.slice(200).map(line => line.offset)).toEqual(['201', '202', '204', '205']);
      expect(processed.slice(200).map(line => line.value)).toEqual([
        null,
        odd[1]!.toString(),
        odd[3]!.toString(),
        '{"last":true}',
      ]);
      expect(positions(lines, 'failed')).toEqual(['0@200', '0@203']);
      expect(positions(lines, 'skipped')).toEqual(['0@200', '0@203']);
      expect(lines.find(line => line.status === 'skipped')).toMatchObject({
        value: {base64: odd[0]!.toString('base64')},
      });
      expect(await broker.committed(`group-${topic}`, topic)).toEqual(['206']);
    },
  );

  it('hands odd values to a module too; what it cannot do with them is a failure of that message', async () => {
    const topic = await broker.freshTopic({partitions: 1, config: {'max.message.bytes': '8000000'}});
    await broker.produce(topic, [
      {value: Buffer.from([0xff, 0xfe])},
      {value: null},
      {value: `${'['.repeat(100_000)}${']'.repeat(100_000)}`},
      {value: JSON.stringify('x'.repeat(5_000_000))},
      {value: '{"ok":2}'},
    ]);
    // JSON.stringify is recursive where JSON.parse is not.
    const handler = handlerFile('export const processMessage = ({value}) => { JSON.stringify(value); };');
    const {lines} = await run(
      args(
        topic,
        ...['--from', 'beginning', '--until-end', '--on-failure', 'skip', '--retries', '0'],
        ...['--handler', handler],
      ),
    );
    const failures = lines.filter(line => line.status === 'failed');
    expect(failures.map(line => [line.offset, (line.error as {name: string}).name])).toEqual([
      ['0', 'undecodable'],
      ['2', 'RangeError'],
    ]);
    expect(positions(lines, 'processed')).toEqual(['0@1', '0@3', '0@4']);
    expect(await broker.committed(`group-${topic}`, topic)).toEqual(['5']);
  });

  it('holds at what cannot be decoded by default: nothing behind it is dispatched', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, [{value: '{}'}, {value: Buffer.from([0xff, 0xfe])}, {value: '{}'}]);
    const {code, lines} = await run(args(topic, '--from', 'beginning', '--until-end'));
    expect(code).toBe(1);
    expect(positions(lines, 'processed')).toEqual(['0@0']);
    expect(positions(lines, 'held')).toEqual(['0@1']);
    expect(await broker.committed(`group-${topic}`, topic)).toEqual(['1']);
  });

  it('gives undecodable values, tombstones and giants each their outcome, and goes on by the policy', async () => {
    const topic = await broker.freshTopic({partitions: 1, config: {'max.message.bytes': '8000000'}});
    await broker.produce(topic, [
      {value: '{"ok":1}'},
      {value: Buffer.from([0xff, 0xfe, 0x00])},
      {value: null},
      {value: '['.repeat(100_000)},
      {value: JSON.stringify('x'.repeat(5_000_000))},
      {value: '{"ok":2}'},
    ]);
    const {code, lines} = await run(
      args(topic, '--from', 'beginning', '--until-end', '--on-failure', 'skip'),
    );
    expect(code).toBe(1);
    const failures = lines
      .filter(line => line.status === 'failed')
      .map(line => (line.error as {name: string}).name);
    expect(failures).toEqual(['undecodable', 'undecodable']);
    expect(positions(lines, 'processed')).toEqual(['0@0', '0@2', '0@4', '0@5']);
    expect(lines.find(line => line.status === 'processed' && line.offset === '2')).toMatchObject({
      note: 'tombstone',
    });
    expect(await broker.committed(`group-${topic}`, topic)).toEqual(['6']);
  });

  it('a handler that blocks keeps its membership and is given up by the timeout', async () => {
    const topic = await broker.freshTopic({partitions: 2});
    await broker.produce(topic, numbered(2, 3));
    const handler = handlerFile(`export function processMessage({value}) {
      if (value.partition === 0 && value.offset === 1) for (;;);
    }`);
    const {code, lines, stderr} = await run(
      args(
        topic,
        '--from',
        'beginning',
        '--until-end',
        '--retries',
        '0',
        '--timeout',
        '13s',
        '--handler',
        handler,
      ),
    );
    expect(code).toBe(1);
    expect(stderr).not.toContain('meeting anew');
    expect(lines.find(line => line.status === 'held')).toMatchObject({offset: '1', error: {name: 'timeout'}});
    expect(await broker.committed(`group-${topic}`, topic)).toEqual(['1', '3']);
  });
});
