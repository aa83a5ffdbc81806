import {randomUUID} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {handlerFile} from '../handlers/support/runs.ts';
import {type Line, type Running, run, start} from '../support/program.ts';
import {type BrokerUnderTest, describeOnBrokers} from './support/brokers.ts';

const failing = `export function processMessage({value}) {
  if (value?.fail === 'type') throw new TypeError('there is no recipient');
  if (value?.fail === 'range') throw new RangeError('too far');
}`;
const mended = 'export function processMessage() {}';

describeOnBrokers('acts on held messages', broker => {
  const args = (topic: string, handler: string, ...more: string[]) => [
    ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', `group-${topic}`],
    ...['--from', 'beginning', '--handler', handler, '--retries', '0', '--acts', ...more],
  ];
  const committed = (topic: string) => broker.committed(`group-${topic}`, topic);

  /** Three partitions: 0 and 1 are held at their second message by a TypeError, 2 by a RangeError. */
  async function threeHeld(): Promise<string> {
    const topic = await broker.freshTopic();
    for (const partition of [0, 1, 2]) {
      await broker.produce(
        topic,
        [{}, {fail: partition === 2 ? 'range' : 'type', n: 1}, {behind: true}].map(value => ({
          partition,
          key: `u-${partition}`,
          value: JSON.stringify(value),
          headers: {ce_id: 'first', tag: 'x', 'kafka_dlt-original-topic': 'old'},
        })),
      );
    }
    return topic;
  }

  async function consuming(more: readonly string[] = []) {
    const topic = await threeHeld();
    const handler = handlerFile(failing);
    const running = start(args(topic, handler, ...more), {keepsStdin: true});
    for (const partition of [0, 1, 2])
      await running.line(line => line.status === 'held' && line.partition === partition);
    return {topic, handler, running, act: acting(running)};
  }

  it('retry all that failed alike once the handler is mended; the rest is skipped with a reason', async () => {
    const {topic, handler, running, act} = await consuming(['--until-end']);
    expect(await act({act: 'retry', partition: 0, offset: '1'})).toMatchObject({done: true, partition: 0});
    await running.line(line => line.status === 'held' && line.attempt === 2);
    writeFileSync(handler, mended);
    await expect.poll(() => running.stderr()).toContain('is loaded anew');
    running.child.stdin.write('{"act":"retry","alike":"TypeError"}\n');
    for (const partition of [0, 1])
      await running.line(
        line => line.status === 'committed' && line.partition === partition && line.offset === '3',
      );
    expect(told(running, 2)).toEqual([
      {act: 'retry', partition: 0, offset: '1', done: true},
      {act: 'retry', partition: 1, offset: '1', done: true},
    ]);
    expect(await act({act: 'skip', partition: 2, offset: '1', reason: 'sent by hand'})).toMatchObject({
      done: true,
    });
    // Nothing is held any more: that is the end, although more acts could come.
    const {code, lines} = await running.finished;
    expect(lines.find(line => line.status === 'skipped')).toMatchObject({partition: 2, note: 'sent by hand'});
    expect(code).toBe(1);
    expect(await committed(topic)).toEqual(['3', '3', '3']);
  });

  it('dead-letter, and answer once that is acknowledged', async () => {
    const {topic, running, act} = await consuming(['--until-end']);
    expect(await act({act: 'dead-letter', partition: 2, offset: '1'})).toMatchObject({
      done: true,
      note: `${topic}-dlt 2@0`,
    });
    running.child.stdin.end('{"act":"dead-letter","alike":"TypeError"}\n');
    const {code} = await running.finished;
    expect(code).toBe(1);
    expect(
      told(running, 2)
        .map(({partition, done}) => `${partition} ${done}`)
        .sort(),
    ).toEqual(['0 true', '1 true']);
    expect(await committed(topic)).toEqual(['3', '3', '3']);
    const letters = await read(broker, `${topic}-dlt`, 3);
    expect(letters.map(({value}) => value).sort()).toEqual([
      '{"fail":"range","n":1}',
      '{"fail":"type","n":1}',
      '{"fail":"type","n":1}',
    ]);
  });

  it('try a dead letter again that was refused', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, [{value: '{"fail":"type"}'}]);
    const more = ['--until-end', '--on-failure', 'dead-letter', '--no-create'];
    const running = start(args(topic, handlerFile(failing), ...more), {keepsStdin: true});
    const act = acting(running);
    await running.line(line => line.status === 'held');
    expect(await act({act: 'dead-letter', partition: 0, offset: '0'})).toMatchObject({
      done: false,
      because: expect.stringContaining('may not be created'),
    });
    await broker
      .admin()
      .createTopics({topics: [{topic: `${topic}-dlt`, numPartitions: 1}], waitForLeaders: true});
    expect(await act({act: 'dead-letter', partition: 0, offset: '0'})).toMatchObject({done: true});
    expect((await running.finished).code).toBe(1);
    expect(await committed(topic)).toEqual(['1']);
  });

  it('replace by letters that are kept, with a new identity, and go on behind the original', async () => {
    const {topic, running, act} = await consuming();
    const letters = '{"n": 9007199254740993, "n": 1.10}';
    running.child.stdin.write(`{"act":"replace","partition":0,"offset":"1","value": ${letters}}\n`);
    const first = await running.line(line => line.status === 'act' && line.partition === 0);
    expect(first).toMatchObject({done: true, delivery: 'acknowledged', note: '0@3'});
    await running.line(line => line.status === 'committed' && line.partition === 0 && line.offset === '4');
    await act({
      act: 'replace',
      partition: 1,
      offset: '1',
      value: null,
      key: 'other',
      carry: 'none',
      headers: {a: '1'},
    });
    const [original, replacement] = (await read(broker, topic, 11)).filter(
      ({key, value}) => key === 'u-0' && /"n"/.test(value ?? ''),
    );
    expect(original).toMatchObject({offset: '1', headers: {ce_id: 'first'}});
    expect(replacement).toMatchObject({partition: 0, offset: '3', value: letters});
    expect(replacement!.headers).toEqual({
      ce_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      tag: 'x',
      'kafka-notify-replaces': `${topic}/0@1`,
    });
    const tombstone = (await read(broker, topic, 11)).find(({key}) => key === 'other');
    expect(tombstone).toMatchObject({
      partition: 1,
      value: null,
      headers: {'kafka-notify-replaces': `${topic}/1@1`, a: '1'},
    });
    await running.line(line => line.status === 'committed' && line.partition === 1 && line.offset === '4');
    running.child.kill('SIGTERM');
    expect((await running.finished).code).toBe(0);
    expect(await committed(topic)).toEqual(['4', '4', '1']);
  });

  it('decided in advance are done once each when the messages come to be held; what never was is told', async () => {
    const topic = await threeHeld();
    const stdin = [
      {act: 'retry', partition: 0, offset: '1'},
      {act: 'skip', partition: 0, offset: '1', reason: 'tried once more'},
      {act: 'skip', partition: 0, offset: '0', reason: 'it is processed'},
      {act: 'skip', alike: 'RangeError', each: true, reason: 'known'},
      {act: 'retry', alike: 'SyntaxError'},
    ];
    const {code, lines, stderr} = await run(args(topic, handlerFile(failing), '--until-end'), {
      stdin: stdin.map(each => JSON.stringify(each)).join('\n'),
    });
    expect(code).toBe(1);
    const done = lines.filter(line => line.status === 'act' && line.done);
    expect(done.map(({act, partition, line}) => `${line} ${act} ${partition}`).sort()).toEqual([
      '1 retry 0',
      '2 skip 0',
      '4 skip 2',
    ]);
    // Partition 1 has nobody who decides: it is held, and that is its end.
    expect(await committed(topic)).toEqual(['3', '1', '3']);
    expect(stderr).toContain('line 3 (skip) was never done: 0@0 was not held');
    expect(stderr).toContain('line 5 (retry) was never done: nothing was held by SyntaxError');
  });

  it('that are none are told with their line and why, and nothing else happens', async () => {
    const {topic, running, act} = await consuming(['--until-end']);
    running.child.stdin.write('\n{"act":"skip","partition":0,"offset":"1"}\nnonsense\n');
    const refused = await running.line(line => line.status === 'act' && line.line === 2);
    expect(refused).toMatchObject({done: false, because: 'a skip needs a "reason"'});
    await running.line(line => line.status === 'act' && line.line === 3);
    // stderr is another pipe than that of the lines, and may be read later.
    await expect
      .poll(() => running.stderr())
      .toContain('Line 3 is no act, and nothing was done: not JSON at column 1');
    expect(running.stderr()).toContain('Line 2 is no act, and nothing was done: a skip needs a "reason".');
    expect(await act({act: 'retry', partition: 0, offset: '0'})).toMatchObject({
      done: false,
      because: expect.stringContaining('0@0 is behind us'),
    });
    running.child.stdin.end();
    expect((await running.finished).code).toBe(1);
    expect(await committed(topic)).toEqual(['1', '1', '1']);
  });

  it('say where a partition goes on whose position is lost, by a commit', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const handler = handlerFile(mended);
    await broker.produce(
      topic,
      Array.from({length: 10}, () => ({value: '{}'})),
    );
    expect((await run(args(topic, handler, '--max', '3'))).code).toBe(0);
    await broker.deleteBelow(topic, '6');
    const running = start(
      args(topic, handler, '--until-end').filter(each => !/^(--from|beginning)$/.test(each)),
      {
        keepsStdin: true,
      },
    );
    await running.line(line => line.status === 'position-lost');
    const act = acting(running);
    expect(await act({act: 'go-on', partition: 1, from: 'first'})).toMatchObject({
      done: false,
      because: 'no position of partition 1 is lost now',
    });
    expect(await committed(topic)).toEqual(['3']);
    expect(await act({act: 'go-on', partition: 0, from: 'first'})).toMatchObject({done: true});
    const {code, lines} = await running.finished;
    expect(code).toBe(0);
    expect(lines.filter(line => line.status === 'processed').map(line => line.offset)).toEqual([
      '6',
      '7',
      '8',
      '9',
    ]);
    expect(await committed(topic)).toEqual(['10']);
  });

  it('count for --max: what is held may still be mended, and then it did not fail', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, [{value: '{}'}, {value: '{"fail":"type"}'}, {value: '{}'}]);
    const handler = handlerFile(failing);
    const running = start(args(topic, handler, '--max', '2'), {keepsStdin: true});
    await running.line(line => line.status === 'held');
    writeFileSync(handler, mended);
    await expect.poll(() => running.stderr()).toContain('is loaded anew');
    running.child.stdin.write('{"act":"retry","alike":"TypeError"}\n');
    expect((await running.finished).code).toBe(0);
    expect(await committed(topic)).toEqual(['2']);
  });
});

/** Writes an act and answers with what became of it. */
function acting(running: Running): (act: object) => Promise<Line> {
  return act => {
    const before = running.lines().filter(line => line.status === 'act').length;
    running.child.stdin.write(`${JSON.stringify(act)}\n`);
    return running.line(
      line =>
        running
          .lines()
          .filter(each => each.status === 'act')
          .indexOf(line) >= before,
    );
  };
}

/** The answers to the act in this line, without its number. */
function told(running: Running, number: number): Record<string, unknown>[] {
  return running
    .lines()
    .filter(({status, line}) => status === 'act' && line === number)
    .map(({status: _, line: __, ...rest}) => rest);
}

type Read = {
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
};

async function read(broker: BrokerUnderTest, topic: string, count: number): Promise<Read[]> {
  const consumer = broker.client().kafka.consumer({groupId: randomUUID()});
  const messages: Read[] = [];
  await consumer.connect();
  await consumer.subscribe({topic, fromBeginning: true});
  await new Promise<void>(resolve => {
    void consumer.run({
      eachMessage: async ({partition, message: {offset, key, value, headers}}) => {
        messages.push({
          partition,
          offset,
          key: key?.toString() ?? null,
          value: value?.toString() ?? null,
          headers: Object.fromEntries(
            Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]),
          ),
        });
        if (messages.length === count) resolve();
      },
    });
  });
  await consumer.disconnect();
  return messages;
}
