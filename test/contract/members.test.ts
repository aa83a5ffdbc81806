import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, expect, it} from 'vitest';
import {handlerFile} from '../handlers/support/runs.ts';
import {positions, type Running, run, start} from '../support/program.ts';
import {type BrokerUnderTest, describeOnBrokers} from './support/brokers.ts';

const patience = {timeout: 30_000, interval: 100};
const leftOver: Running[] = [];

afterEach(() => {
  for (const {child} of leftOver.splice(0)) child.kill('SIGKILL');
});

/** A handler that takes so many ms for each message. */
const slow = (ms: number) =>
  handlerFile(`export const processMessage = () => new Promise(done => setTimeout(done, ${ms}));`);

describeOnBrokers('several members', broker => {
  const group = (topic: string) => `group-${topic}`;
  const member = (topic: string, ...more: string[]): Running => {
    const running = start([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', group(topic)],
      ...more,
    ]);
    leftOver.push(running);
    return running;
  };
  const committed = (topic: string) => broker.committed(group(topic), topic);
  const produce = (topic: string, partition: number, count: number) =>
    broker.produce(
      topic,
      Array.from({length: count}, (_, at) => ({partition, value: `{"n":${at}}`})),
    );
  /** Waits until it said last that these partitions are its own. */
  const owns = (running: Running, ...partitions: number[]) =>
    expect
      .poll(
        () =>
          [...running.stderr().matchAll(/In group \S+ with (?:no partition|partitions ([\d, ]+))\./g)].at(
            -1,
          )?.[1],
        patience,
      )
      .toBe(partitions.join(', '));
  const processedBy = (...members: Running[]) =>
    members.flatMap(each => positions(each.lines(), 'processed')).sort();
  const all = (topicPartitions: readonly number[]) =>
    topicPartitions
      .flatMap((count, partition) => Array.from({length: count}, (_, offset) => `${partition}@${offset}`))
      .sort();

  it('--from end on one partition that becomes three: the added ones are new from their first message', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await produce(topic, 0, 2);
    const only = member(topic, '--from', 'end');
    await owns(only, 0);
    await broker.admin().createPartitions({topicPartitions: [{topic, count: 3}]});
    const grown = Date.now();
    await expect.poll(() => only.stderr(), patience).toContain(`Topic ${topic} has 3 partitions now`);
    await owns(only, 0, 1, 2);
    // It looks every two seconds; what KafkaJS knows by itself is up to 30 s old.
    expect(Date.now() - grown).toBeLessThan(25_000);
    for (const partition of [0, 1, 2]) await publish(broker, topic, partition, 3);
    await expect.poll(() => committed(topic), patience).toEqual(['5', '3', '3']);
    // What is printed reaches us on another way than what the broker says, and may come later; so it is below.
    await expect
      .poll(() => processedBy(only), patience)
      .toEqual(['0@2', '0@3', '0@4', '1@0', '1@1', '1@2', '2@0', '2@1', '2@2']);
  });

  it.each([
    ['--from', 'end', '--skip-to-end'],
    ['--from', 'end'],
    ['--from', '1s'],
  ])(
    '%s %s %s: who takes over skips nothing that the other left, and does not stop',
    async (...from) => {
      const topic = await broker.freshTopic({partitions: 2});
      const flags = from.filter(Boolean);
      const first = member(topic, ...flags);
      await owns(first, 0, 1);
      const second = member(topic, ...flags, '--handler', slow(60_000));
      await expect.poll(() => ownsOne(first) && ownsOne(second), patience).toBe(true);
      for (const partition of [0, 1]) await produce(topic, partition, 13);
      const theirs = lastOwned(second)[0]!;
      await expect.poll(() => processedBy(first).length, patience).toBe(13);
      second.child.kill('SIGKILL');
      await owns(first, 0, 1);
      await expect.poll(() => committed(topic), patience).toEqual(['13', '13']);
      await expect.poll(() => processedBy(first), patience).toEqual(all([13, 13]));
      expect(first.child.exitCode).toBeNull();
      expect(processedBy(second).filter(each => each.startsWith(`${theirs}@`))).toEqual([]);
    },
    90_000,
  );

  it('--from beginning: what was finished is not done again when partitions go and come back', async () => {
    const topic = await broker.freshTopic({partitions: 2});
    for (const partition of [0, 1]) await produce(topic, partition, 40);
    const handler = slow(20);
    const first = member(topic, '--from', 'beginning', '--handler', handler);
    await first.line(line => line.status === 'processed');
    const second = member(topic, '--from', 'beginning', '--handler', handler);
    await expect.poll(() => ownsOne(first) && ownsOne(second), patience).toBe(true);
    expect(second.stderr()).not.toContain('Starting there');
    await expect.poll(() => committed(topic), patience).toEqual(['40', '40']);
    second.child.kill('SIGTERM');
    expect((await second.finished).code).toBe(0);
    await owns(first, 0, 1);
    for (const partition of [0, 1]) await produce(topic, partition, 1);
    await expect.poll(() => committed(topic), patience).toEqual(['41', '41']);
    first.child.kill('SIGTERM');
    await first.finished;
    // What moved while it was in hand may come twice; all else came once.
    const counts = new Map<string, number>();
    for (const at of processedBy(first, second)) counts.set(at, (counts.get(at) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual(all([41, 41]));
    expect([...counts.values()].filter(count => count > 1).length).toBeLessThanOrEqual(2);
  }, 90_000);

  it('a member that joins a group that runs goes on where it is, and says so; an offset by name is a replay', async () => {
    const topic = await broker.freshTopic({partitions: 2});
    for (const partition of [0, 1]) await produce(topic, partition, 3);
    const first = member(topic, '--from', 'beginning');
    await expect.poll(() => committed(topic), patience).toEqual(['3', '3']);
    const second = member(topic, '--from', 'beginning');
    await expect
      .poll(() => second.stderr(), patience)
      .toMatch(/The group is running already, and goes on where it has committed: \d@3\./);
    expect(processedBy(second)).toEqual([]);
    second.child.kill('SIGTERM');
    await second.finished;
    await owns(first, 0, 1);
    const third = member(topic, '--from', '0@1', '--from', '1@1');
    await third.line(line => line.status === 'processed' && line.offset === '2');
    expect(await committed(topic)).toEqual(['3', '3']);
  }, 90_000);
});

describeOnBrokers('what a consumer does by itself', broker => {
  const consume = (topic: string, ...more: string[]) => {
    const running = start([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', `group-${topic}`],
      ...['--from', 'beginning', ...more],
    ]);
    leftOver.push(running);
    return running;
  };
  const committed = (topic: string) => broker.committed(`group-${topic}`, topic);

  it('writes a dead letter that could not be written when it can be, and nobody has to do anything', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, [{value: '{}'}, {value: 'no JSON'}, {value: '{}'}]);
    const running = consume(topic, '--on-failure', 'dead-letter', '--no-create');
    const held = await running.line(line => line.status === 'held');
    expect(held).toMatchObject({
      because: `${topic}-dlt is not there, and may not be created`,
      mayDuplicate: false,
      deadLetterAgainAt: expect.stringMatching(/^\d{4}-/),
    });
    await expect.poll(() => committed(topic), patience).toEqual(['1']);
    await broker.admin().createTopics({topics: [{topic: `${topic}-dlt`, numPartitions: 1}]});
    await running.line(line => line.status === 'dead-lettered', 30_000);
    await expect.poll(() => committed(topic), patience).toEqual(['3']);
    await expect.poll(() => positions(running.lines(), 'failed'), patience).toEqual(['0@1']);
  }, 60_000);

  it('reads a topic that is made again from its first message, though one of the old topic was held there', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, [{value: 'no JSON'}, {value: '{}'}]);
    const running = consume(topic);
    await running.line(line => line.status === 'held');
    await makeAgain(broker, topic);
    await broker.produce(topic, [{value: '{"new":0}'}, {value: '{"new":1}'}]);
    await expect.poll(() => committed(topic), patience).toEqual(['2']);
    await expect.poll(() => positions(running.lines(), 'processed'), patience).toEqual(['0@0', '0@1']);
    await expect
      .poll(() => running.stderr(), patience)
      .toContain(`Topic ${topic} was deleted and made again.`);
  }, 60_000);

  it('says of a result that comes after its topic is gone that it counts no more', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, [{value: '{}'}, {value: '{"waits":true}'}]);
    const go = join(mkdtempSync(join(tmpdir(), 'kafka-notify-members-')), 'go');
    const waiting = handlerFile(`import {existsSync} from 'node:fs';
export async function processMessage({value}) {
  while (value.waits && !existsSync(${JSON.stringify(go)})) await new Promise(done => setTimeout(done, 20));
}`);
    const running = consume(topic, '--handler', waiting, '--timeout', '2m');
    await running.line(line => line.status === 'committed' && line.offset === '1');
    await makeAgain(broker, topic);
    await running.line(line => line.status === 'position-lost', 30_000);
    // Only now the result comes, however long the broker took.
    writeFileSync(go, '');
    await expect.poll(() => running.stderr(), patience).toContain('0@1 is gone with its topic');
    expect(running.stderr()).not.toContain('redelivered');
    expect(await committed(topic)).not.toContain('2');
  }, 60_000);
});

/** By this program: KafkaJS's producer says nothing of records for a partition that it does not know of yet. */
async function publish(broker: BrokerUnderTest, topic: string, partition: number, count: number) {
  const where = ['--brokers', broker.bootstrap(), '--topic', topic, '--partition', `${partition}`];
  const stdin = Array.from({length: count}, (_, at) => `{"n":${at}}\n`).join('');
  expect((await run(['publish', ...where, '--lines'], {stdin})).code).toBe(0);
}

async function makeAgain(broker: BrokerUnderTest, topic: string): Promise<void> {
  const admin = broker.admin();
  await admin.deleteTopics({topics: [topic]});
  // The name is free when the broker has finished.
  await expect
    .poll(
      () =>
        admin.createTopics({topics: [{topic, numPartitions: 1}], waitForLeaders: false}).catch(() => false),
      patience,
    )
    .toBe(true);
}

function lastOwned(running: Running): number[] {
  const said = [...running.stderr().matchAll(/In group \S+ with (?:no partition|partitions ([\d, ]+))\./g)];
  return (said.at(-1)?.[1] ?? '').split(', ').filter(Boolean).map(Number);
}

function ownsOne(running: Running): boolean {
  return lastOwned(running).length === 1;
}
