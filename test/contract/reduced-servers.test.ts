import {randomUUID} from 'node:crypto';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {startBroker} from '../../source/broker/index.ts';
import {apacheTools} from '../kafka/requirements.ts';
import {freePorts, startKafka} from '../kafka/start-kafka.ts';
import {type Finished, positions, run, runForText} from '../support/program.ts';
import {type Offers, type ReducedServer, startReducedServer} from './support/reduced-server.ts';

const [produce, fetch, listOffsets, metadata] = [0, 1, 2, 3];
const [describeGroups, listGroups, createTopics, deleteRecords] = [15, 16, 19, 21];

type Behind = {readonly port: number; stop(): Promise<void>};

const possible = apacheTools();

describe('servers that offer less – on the embedded broker', () => {
  stories(async advertised => startBroker({advertised: {host: '127.0.0.1', port: advertised}}));
});

if (!possible.available)
  it.skip(`servers that offer less – on Apache Kafka: skipped, ${possible.reason}`, () => {});
else
  describe('servers that offer less – on Apache Kafka', () => {
    stories(async advertised => {
      const properties = {'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertised}`};
      const cluster = await startKafka({properties});
      return {port: Number(cluster.bootstrap.split(':')[1]), stop: () => cluster.stop()};
    });
  });

function stories(startBehind: (advertised: number) => Promise<Behind>): void {
  let behind: Behind;
  let server: ReducedServer;
  let bootstrap: string;
  const at = () => ['--brokers', bootstrap];

  beforeAll(async () => {
    const [port] = (await freePorts(1)) as [number];
    bootstrap = `127.0.0.1:${port}`;
    behind = await startBehind(port);
    server = await startReducedServer(behind.port, port);
  }, 120_000);
  afterEach(() => server.offer({}));
  afterAll(async () => {
    await server?.close();
    await behind?.stop();
  });

  const tables: readonly {readonly like: string; readonly offers: Offers; readonly hasTopicIds: boolean}[] = [
    {
      like: 'Metadata up to 7, Produce up to 7, no DeleteRecords, as some cloud services',
      offers: {[produce]: [0, 7], [metadata]: [0, 7], [fetch]: [0, 11], [deleteRecords]: null},
      hasTopicIds: false,
    },
    {
      like: 'Metadata up to 9, without topic ids',
      offers: {[metadata]: [0, 9], [fetch]: [0, 12], [listOffsets]: [0, 5]},
      hasTopicIds: false,
    },
    {
      like: 'the oldest of each that this tool can write',
      offers: {
        [produce]: [0, 3],
        [fetch]: [0, 4],
        [listOffsets]: [0, 2],
        [metadata]: [0, 4],
        [createTopics]: [0, 2],
      },
      hasTopicIds: false,
    },
    {
      like: 'no old versions any more',
      offers: {[produce]: [3, 99], [fetch]: [4, 99], [listOffsets]: [2, 99], [metadata]: [8, 99]},
      hasTopicIds: true,
    },
  ];

  it.each(tables)('$like: all commands work, and nothing is sent that was not offered', async table => {
    server.offer(table.offers);
    const [topic, group] = [`t-${randomUUID()}`, `g-${randomUUID()}`];
    const sent = await run(['publish', '--topic', topic, '--lines', ...at()], {stdin: '{"n":1}\n{"n":2}\n'});
    expect([sent.code, sent.lines.map(({status}) => status)]).toEqual([0, ['acknowledged', 'acknowledged']]);
    const peeked = await run(['peek', '--topic', topic, ...at()]);
    expect([peeked.code, positions(peeked.lines, 'found').length]).toEqual([0, 2]);
    const consume = ['consume', '--topic', topic, '--group', group, '--from', 'beginning', '--until-end'];
    const consumed = await run([...consume, ...at()]);
    expect([consumed.code, positions(consumed.lines, 'processed').length]).toEqual([0, 2]);
    expect(consumed.stderr.includes('gives topics no ids')).toBe(!table.hasTopicIds);
    const described = await run(['groups', group, ...at()]);
    expect([described.code, described.lines[0]?.state]).toEqual([0, 'Empty']);
    const back = ['rewind', '--topic', topic, '--group', group, '--to', 'beginning', '--yes'];
    const rewound = await run([...back, ...at()]);
    expect([rewound.code, rewound.lines[0]?.status]).toEqual([0, 'rewound']);
    const doctor = await runForText(['doctor', ...at()]);
    expect([doctor.code, doctor.stdout.includes('! the server offers no topic ids')]).toEqual([
      0,
      !table.hasTopicIds,
    ]);
    expect(server.violations()).toEqual([]);
  });

  it('the newest that both know is asked for', async () => {
    server.offer({[produce]: [0, 7]});
    const topic = `t-${randomUUID()}`;
    await run(['publish', '--topic', topic, ...at()], {stdin: '1'});
    expect([server.newestAsked(produce), server.newestAsked(metadata)]).toEqual([7, 12]);
  });

  it('without DescribeGroups, groups are listed and rewound, and their state is said to be unknown', async () => {
    const [topic, group] = [`t-${randomUUID()}`, `g-${randomUUID()}`];
    await run(['publish', '--topic', topic, ...at()], {stdin: '{"n":1}'});
    await run(['consume', '--topic', topic, '--group', group, '--from', 'beginning', '--until-end', ...at()]);
    server.offer({[describeGroups]: null});
    const listed = await run(['groups', ...at()]);
    expect(listed.lines).toContainEqual(expect.objectContaining({group, state: 'unknown', members: null}));
    const described = await run(['groups', group, ...at()]);
    expect(described.lines).toMatchObject([{state: 'unknown'}, {committed: '1', lag: '0'}]);
    const back = ['rewind', '--topic', topic, '--group', group, '--to', 'beginning', '--yes'];
    expect((await run([...back, ...at()])).code).toBe(0);
    const doctor = await runForText(['doctor', ...at()]);
    expect(doctor.stdout).toContain(
      '! the server offers no DescribeGroups: needed for the members and state of a group',
    );
    expect(server.violations()).toEqual([]);
  });

  it.each([
    {
      lack: {[listGroups]: null},
      args: ['groups'],
      says: /does not offer ListGroups.*needed for the list of groups/,
    },
    {
      lack: {[createTopics]: null},
      args: ['topic', `new-${randomUUID()}`],
      says: /does not offer CreateTopics.*needed for creating topics/,
    },
    {
      lack: {[describeGroups]: [6, 9]},
      args: ['groups', 'nobody'],
      says: /^There is no group nobody/,
    },
  ] as const)('what is lacking is named by who needs it: $args', async ({lack, args, says}) => {
    server.offer(lack);
    const {code, stderr} = await run([...args, ...at()]);
    expect(code).toBe(1);
    expect(stderr.trim()).toMatch(says);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(server.violations()).toEqual([]);
  });

  describe('a server that is too old', () => {
    const commands: readonly (readonly string[])[] = [
      ['topic', 't'],
      ['publish', '--topic', 't'],
      ['peek', '--topic', 't'],
      ['consume', '--topic', 't', '--from', 'beginning'],
      ['groups'],
      ['rewind', '--topic', 't', '--to', 'end', '--yes'],
      ['redrive', '--topic', 't-dlt', '--count'],
    ];

    it.each(commands)('gets one sentence from %s', async (...args) => {
      server.offer({[produce]: [0, 2], [metadata]: [0, 2]});
      const {code, stderr}: Finished = await run([...args, ...at()], {stdin: '1'});
      expect(code).not.toBe(0);
      const said = stderr.trim().split('\n');
      expect(said).toHaveLength(1);
      expect(said[0]).toContain(
        `The server at ${bootstrap} is too old for this tool: it does not offer Produce 3, Metadata 4`,
      );
      expect(server.violations()).toEqual([]);
    });

    it('gets a line in doctor', async () => {
      server.offer({[produce]: [0, 2], [metadata]: [0, 2]});
      const {code, stdout} = await runForText(['doctor', ...at()]);
      expect(code).toBe(1);
      expect(stdout).toContain(`✗ cluster: The server at ${bootstrap} is too old for this tool`);
    });
  });

  it('a server older than what is tried is used, which is said once', async () => {
    server.offer({[produce]: [0, 5], [fetch]: [0, 7], [listOffsets]: [0, 2], [metadata]: [0, 5]});
    const {code, stderr} = await run(['publish', '--topic', `t-${randomUUID()}`, ...at()], {stdin: '1'});
    expect(code).toBe(0);
    expect(stderr.split('older than Kafka 2.1')).toHaveLength(2);
  });
}
