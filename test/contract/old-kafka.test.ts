import {randomUUID} from 'node:crypto';
import kafkajs from 'kafkajs';
import {afterAll, beforeAll, describe, expect, inject, it} from 'vitest';
import {toldByConsumerGroups} from '../kafka/consumer-groups.ts';
import type {OldRelease} from '../kafka/kafka-jars.ts';
import {apacheTools} from '../kafka/requirements.ts';
import {startKafka} from '../kafka/start-kafka.ts';
import {startOldKafka} from '../kafka/start-old-kafka.ts';
import {positions, run, runForText, start} from '../support/program.ts';

type Server = {readonly bootstrap: string; stop(): Promise<void>};

type Story = {
  readonly version: string;
  /** In every run of the suite; the others where OLD_KAFKA=all. */
  readonly always?: true;
  readonly hasTopicIds: boolean;
  start(): Promise<Server>;
};

const old = (version: string, scala: OldRelease['scala']) => () => startOldKafka({version, scala});

const releases: readonly Story[] = [
  {version: '2.1.1', always: true, hasTopicIds: false, start: old('2.1.1', '2.12')},
  {version: '2.4.1', hasTopicIds: false, start: old('2.4.1', '2.12')},
  {version: '2.8.2', hasTopicIds: true, start: old('2.8.2', '2.13')},
  {
    version: '3.9.1',
    hasTopicIds: true,
    start: () =>
      startKafka({release: {version: '3.9.1', scala: '2.13'}, properties: {'num.partitions': '3'}}),
  },
];

const possible = apacheTools();

for (const release of releases) {
  const name = `Apache Kafka ${release.version}`;
  if (!possible.available) it.skip(`${name}: skipped, ${possible.reason}`, () => {});
  else if (!release.always && process.env.OLD_KAFKA !== 'all')
    it.skip(`${name}: skipped, OLD_KAFKA=all tries this release too`, () => {});
  else describe(name, () => stories(release));
}

const newest = inject('kafka');
if ('missing' in newest) it.skip(`the newest Apache Kafka: skipped, ${newest.missing}`, () => {});
else
  describe('the newest Apache Kafka', () =>
    stories({
      version: 'newest',
      hasTopicIds: true,
      start: async () => ({bootstrap: newest.bootstrap, stop: async () => {}}),
    }));

function stories({version, hasTopicIds, start: startServer}: Story): void {
  let server: Server;
  const topic = `t-${randomUUID()}`;
  const group = `g-${randomUUID()}`;
  const at = () => ['--brokers', server.bootstrap];
  const noIds = 'This server gives topics no ids';

  beforeAll(async () => {
    server = await startServer();
  }, 240_000);
  afterAll(async () => {
    await server?.stop();
  });

  it('`topic` creates with the numbers that the broker has by default, or with those given', async () => {
    const byDefault = await run(['topic', `default-${randomUUID()}`, ...at()]);
    expect([byDefault.code, byDefault.lines[0]?.status]).toEqual([0, 'created']);
    const partitions = byDefault.lines[0]!.partitions as unknown[];
    expect(partitions).toHaveLength(version === 'newest' ? 1 : 3);
    const given = await run(['topic', topic, '--partitions', '2', '--replication-factor', '1', ...at()]);
    expect(given.lines[0]!.partitions).toHaveLength(2);
  });

  it('what is published is read again, without a group', async () => {
    const stdin = ['{"n":1}', '{"n":2}', '{"n":3.10}'].join('\n');
    const sent = await run(['publish', '--topic', topic, '--key', 'k', '--lines', ...at()], {stdin});
    expect([sent.code, sent.lines.map(({status}) => status)]).toEqual([0, Array(3).fill('acknowledged')]);
    const peeked = await run(['peek', '--topic', topic, '--values', ...at()]);
    expect([peeked.code, peeked.lines.map(({value}) => value)]).toEqual([0, stdin.split('\n')]);
    const later = await run(['peek', '--topic', topic, '--from', '1h', ...at()]);
    expect(positions(later.lines, 'found')).toHaveLength(3);
  });

  it('a group consumes to the end, and its commit is there for others', async () => {
    const args = ['consume', '--topic', topic, '--group', group, '--from', 'beginning', '--until-end'];
    const {code, lines, stderr} = await run([...args, ...at()]);
    expect(code).toBe(0);
    expect(positions(lines, 'processed')).toHaveLength(3);
    expect(stderr.split(noIds)).toHaveLength(hasTopicIds ? 1 : 2);
    const told = await toldByConsumerGroups(server.bootstrap, group, topic);
    expect([...told].sort()).toEqual(['0', '3']);
  });

  it('a member that runs ends in order at SIGTERM', async () => {
    const member = start(['consume', '--topic', topic, '--group', group, ...at()]);
    const published = await run(['publish', '--topic', topic, '--key', 'k', ...at()], {stdin: '{"n":4}'});
    const offset = String(published.lines[0]!.offset);
    await member.line(line => line.status === 'processed' && line.offset === offset, 60_000);
    member.child.kill('SIGTERM');
    expect((await member.finished).code).toBe(0);
    expect([...(await toldByConsumerGroups(server.bootstrap, group, topic))].sort()).toEqual(['0', '4']);
  });

  it('groups are listed, described and rewound', async () => {
    expect((await run(['groups', ...at()])).lines).toContainEqual(
      expect.objectContaining({group, state: 'Empty', members: 0}),
    );
    const described = await run(['groups', group, ...at()]);
    expect(described.lines.slice(1).map(({lag}) => lag)).toEqual(['0', '0']);
    const rewound = await run([
      'rewind',
      '--topic',
      topic,
      '--group',
      group,
      '--to',
      'beginning',
      '--yes',
      ...at(),
    ]);
    expect(rewound.code).toBe(0);
    expect(await toldByConsumerGroups(server.bootstrap, group, topic)).toEqual(['0', '0']);
  });

  it('a topic made again is noticed: by its id, or where it ends below where the group has come to', async () => {
    const again = `again-${randomUUID()}`;
    const publish = (stdin: string) =>
      run(['publish', '--topic', again, '--partition', '0', '--lines', ...at()], {stdin});
    expect((await publish('1\n2\n3\n')).code).toBe(0);
    const consume = ['consume', '--topic', again, '--group', again, '--from', 'beginning'];
    const member = start([...consume, ...at()]);
    await member.line(line => line.status === 'committed' && line.offset === '3', 60_000);
    await makeAnew(server.bootstrap, again);
    expect((await publish('4\n')).code).toBe(0);
    const lost = await member.line(line => line.status === 'position-lost', 60_000);
    expect(lost).toMatchObject({partition: 0, position: '3'});
    expect(positions(member.lines(), 'processed')).toEqual(['0@0', '0@1', '0@2']);
    member.child.kill('SIGTERM');
    expect((await member.finished).signal).toBeNull();
  });

  it('`doctor` says what the server lacks', async () => {
    const {code, stdout} = await runForText(['doctor', '--topic', topic, ...at()]);
    expect(code).toBe(0);
    expect(stdout).toContain('1 broker reached under the name it gives itself');
    expect(stdout.includes('  ! the server offers no topic ids')).toBe(!hasTopicIds);
    expect(stdout).not.toContain('older than');
  });
}

/** Deleted, and created when it is gone. */
async function makeAnew(bootstrap: string, topic: string): Promise<void> {
  const kafka = new kafkajs.Kafka({brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING});
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteTopics({topics: [topic]});
  const until = Date.now() + 60_000;
  for (;;) {
    const made = await admin
      .createTopics({topics: [{topic, numPartitions: 1, replicationFactor: 1}], waitForLeaders: false})
      .catch(() => false);
    if (made) break;
    if (Date.now() > until) throw new Error(`${topic} was not made again in time.`);
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  await admin.disconnect();
}
