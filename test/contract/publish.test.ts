import {spawnSync} from 'node:child_process';
import {createServer as createHttpServer} from 'node:http';
import {createServer, type Server} from 'node:net';
import {afterAll, beforeAll, describe, expect, inject, it} from 'vitest';
import type {Delivery, Draft} from '../../source/flow/delivery.ts';
import {createClient} from '../../source/kafka/client.ts';
import {createPartitioner} from '../../source/kafka/partitioners.ts';
import {KafkaPublisher} from '../../source/kafka/publisher.ts';
import {startProxy, type TcpProxy} from '../drills/tcp-proxy.ts';
import {program as programThere} from '../kafka/requirements.ts';
import {freePorts, type KafkaCluster, startKafka} from '../kafka/start-kafka.ts';
import {run} from '../support/program.ts';
import {describeOnBrokers} from './support/brokers.ts';

describeOnBrokers('publishing', broker => {
  const publish = (topic: string, stdin: string | Buffer, ...more: string[]) =>
    run(['publish', '--brokers', broker.bootstrap(), '--topic', topic, ...more], {stdin});

  it('sends the bytes verbatim, with key and ordered headers, and says where they are', async context => {
    const topic = await broker.freshTopic();
    const text = '{"n": 9007199254740993, "p": 1.10, "e": 1e400, "n": 2}';
    const {code, lines} = await publish(
      topic,
      text,
      '--key',
      'u-17',
      '--header',
      'b=1',
      '--header',
      'a',
      '--header',
      'b=2',
      '--header',
      'c=',
    );
    expect(code).toBe(0);
    expect(lines).toEqual([
      expect.objectContaining({status: 'acknowledged', topic, offset: '0', latencyMs: expect.any(Number)}),
    ]);
    const kcat = programThere('kcat');
    if (!kcat.available) return context.skip(`not read back: ${kcat.reason}`);
    const format = ['-f', '%p %k %h %s'];
    const read = spawnSync('kcat', ['-C', '-q', '-e', '-b', broker.bootstrap(), '-t', topic, ...format], {
      encoding: 'utf8',
    });
    expect(read.stdout).toBe(`${lines[0]!.partition} u-17 b=1,a=NULL,b=2,c= ${text}`);
  });

  it('puts a key where Java puts it, or where librdkafka does', async context => {
    const kcat = programThere('kcat');
    if (!kcat.available) return context.skip(kcat.reason);
    const keys = Array.from({length: 40}, (_, index) => `user-${index}-é`);
    for (const [name, theirs] of [
      ['java', 'murmur2'],
      ['librdkafka', 'consistent'],
    ] as const) {
      const topic = await broker.freshTopic({partitions: 7});
      const at = ['-b', broker.bootstrap(), '-t', topic];
      const input = keys.map(key => `${key}:{}`).join('\n');
      spawnSync('kcat', ['-P', ...at, '-K', ':', '-X', `partitioner=${theirs}`], {input});
      const read = spawnSync('kcat', ['-C', '-q', '-e', ...at, '-f', '%k %p\\n'], {encoding: 'utf8'});
      const placed = read.stdout.trim().split('\n').sort();
      const partitioner = createPartitioner(name);
      expect(keys.map(key => `${key} ${partitioner(Buffer.from(key), 7)}`).sort()).toEqual(placed);
    }
  });

  it('publishes a record a line, one result each, in order', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const input = Array.from({length: 2500}, (_, index) => `{"n":${index}}`).join('\n');
    const {code, lines} = await publish(topic, `${input}\n`, '--lines');
    expect(code).toBe(0);
    expect(lines.map(line => line.offset)).toEqual(Array.from({length: 2500}, (_, index) => String(index)));
  });

  it('sends every byte of a document and of each line: line ends, carriage returns, blank lines', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    for (const text of ['{}\n', '\r\n[1]\r\n\n', '1 ']) expect((await publish(topic, text)).code).toBe(0);
    expect((await publish(topic, 'a\n', '--raw')).code).toBe(0);
    expect((await publish(topic, '{"n":1}\r\n\n\r\n{"n":2}\n', '--lines')).code).toBe(0);
    const raw = await publish(topic, 'a\r\n\n\r\nb', '--raw', '--lines');
    expect(raw.lines.map(({line}) => line)).toEqual([1, 2, 3, 4]);
    const read = await run(['peek', '--brokers', broker.bootstrap(), '--topic', topic, '--values']);
    expect(read.lines.map(({value}) => value)).toEqual([
      ...['{}\n', '\r\n[1]\r\n\n', '1 ', 'a\n'],
      ...['{"n":1}', '{"n":2}'],
      ...['a\r', '', '\r', 'b'],
    ]);
  });

  it('names the byte that is not UTF-8, and a byte order mark', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const cut = Buffer.concat([Buffer.from('{\n"é": "'), Buffer.from([0xe2, 0x82]), Buffer.from('"}')]);
    const refused = await Promise.all([
      publish(topic, cut),
      publish(topic, '\uFEFF{}'),
      publish(topic, Buffer.concat([Buffer.from('{}\n'), cut]), '--lines', '--raw'),
      publish(topic, Buffer.concat([Buffer.from('{}\n'), cut.subarray(2)]), '--lines'),
    ]);
    expect(refused.map(({code}) => code)).toEqual([2, 2, 0, 2]);
    expect(refused[0]!.stderr).toContain('not UTF-8 at 2:7 (byte offset 9): the byte 0xE2');
    expect(refused[1]!.stderr).toContain('at 1:1 (byte offset 0): a byte order mark');
    expect(refused[3]!.stderr).toContain('2:7 (byte offset 10): it is not UTF-8');
  });

  it('sends nothing when a line is no JSON, and says where', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {code, lines, stderr} = await publish(topic, '{"n":1}\n{"n":}\n', '--lines');
    expect({code, lines}).toEqual({code: 2, lines: []});
    expect(stderr).toContain('2:6');
    const [offsets] = await broker.admin().fetchTopicOffsets(topic);
    expect(offsets!.high).toBe('0');
  });

  it('tells a record that is too large as failed, and a partition that is not there', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const large = await publish(topic, JSON.stringify('x'.repeat(2_000_000)));
    expect(large.code).toBe(1);
    expect(large.lines).toEqual([expect.objectContaining({status: 'failed', retryable: false})]);
    const nowhere = await publish(topic, '{}', '--partition', '9');
    expect(nowhere.lines).toEqual([
      expect.objectContaining({status: 'failed', reason: expect.stringContaining('no partition 9')}),
    ]);
  });

  it('creates a topic that is missing and says so, or refuses', async () => {
    const missing = `new-${Date.now()}`;
    expect((await publish(missing, '{}', '--no-create')).code).toBe(1);
    const {code, stderr} = await publish(missing, '{}');
    expect(code).toBe(0);
    expect(stderr).toContain(`Created topic ${missing}`);
  });

  it('publishes a tombstone and any bytes', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    expect((await publish(topic, '', '--key', 'k', '--null')).code).toBe(0);
    expect((await publish(topic, Buffer.from([0xff, 0x00]), '--raw')).code).toBe(0);
    expect((await publish(topic, Buffer.from([0xff, 0x00]))).code).toBe(2);
  });
});

const kafka = inject('kafka');
const kafkaIsThere = 'bootstrap' in kafka && !process.env.KAFKA_BOOTSTRAP_SERVERS;

describe.skipIf(!kafkaIsThere)(
  'a network that loses answers (skipped without an Apache Kafka of our own)',
  () => {
    let cluster: KafkaCluster;
    let proxy: TcpProxy;
    const topic = 'through-the-proxy';
    const draft: Draft = {topic, key: null, value: Buffer.from('{}'), headers: []};

    beforeAll(async () => {
      const [port, outside] = (await freePorts(2)) as [number, number];
      cluster = await startKafka({
        port,
        properties: {
          'advertised.listeners': `PLAINTEXT://127.0.0.1:${outside}`,
          'num.partitions': '1',
        },
      });
      proxy = await startProxy(port, outside);
      const made = await run(['topic', topic, '--brokers', `127.0.0.1:${outside}`, '--partitions', '1']);
      expect(made.code).toBe(0);
    });

    afterAll(async () => {
      await proxy.close();
      await cluster.stop();
    });

    const publisher = (deadline: number) =>
      new KafkaPublisher({
        client: createClient({brokers: [`127.0.0.1:${proxy.port}`]}),
        partitioner: createPartitioner('java'),
        deadline,
      });

    const endOffset = async () => {
      const described = await run(['topic', topic, '--brokers', `127.0.0.1:${proxy.port}`]);
      return (described.lines[0]!.partitions as {end: string}[])[0]!.end;
    };

    it('an answer lost after the append: unknown, not failed, and not sent again', async () => {
      const before = Number(await endOffset());
      const ours = publisher(5000);
      proxy.loseAnswerOf(0);
      const {state} = await ours.publish(draft);
      expect(state).toMatchObject({status: 'unknown', reason: expect.stringContaining('may be in the log')});
      expect((await ours.publish(draft)).state).toMatchObject({
        status: 'acknowledged',
        offset: BigInt(before + 1),
      });
      expect(Number(await endOffset())).toBe(before + 2);
      await ours.close();
    });

    it('an answer that comes late: unknown at the deadline, then acknowledged in the same row', async () => {
      const ours = publisher(500);
      const states: Delivery[] = [];
      proxy.holdAnswersOf(0);
      const delivery = await ours.publish(draft, each => void states.push(each));
      expect(delivery.state.status).toBe('unknown');
      proxy.release();
      await expect.poll(() => states.at(-1)!.state.status).toBe('acknowledged');
      expect(states.map(each => each.state.status)).toEqual(['pending', 'unknown', 'acknowledged']);
      await ours.close();
    });

    it('the command exits 3 when it is unknown', async () => {
      proxy.loseAnswerOf(0);
      const {code, lines} = await run(['publish', '--brokers', `127.0.0.1:${proxy.port}`, '--topic', topic], {
        stdin: '{}',
      });
      expect(code).toBe(3);
      expect(lines[0]).toMatchObject({status: 'unknown'});
    });

    it('dead letters that cannot be written leave the message held', async () => {
      const source = 'source-of-dead-letters';
      const brokers = ['--brokers', `127.0.0.1:${proxy.port}`];
      await run(['publish', ...brokers, '--topic', source, '--raw'], {stdin: 'not json'});
      await run(['topic', `${source}-dlt`, ...brokers, '--partitions', '1']);
      const altered = await cluster.tool('org.apache.kafka.tools.TopicCommand', [
        '--bootstrap-server',
        `127.0.0.1:${proxy.port}`,
        '--describe',
        '--topic',
        `${source}-dlt`,
      ]);
      expect(altered.code).toBe(0);
      const limited = await cluster.tool('kafka.admin.ConfigCommand', [
        ...['--bootstrap-server', `127.0.0.1:${proxy.port}`, '--alter', '--topic', `${source}-dlt`],
        ...['--add-config', 'max.message.bytes=100'],
      ]);
      expect(limited.stderr + limited.stdout).toContain('Completed');
      const consumed = await run([
        'consume',
        ...brokers,
        '--topic',
        source,
        '--from',
        'beginning',
        '--until-end',
        '--on-failure',
        'dead-letter',
      ]);
      expect(consumed.code).toBe(1);
      expect(consumed.lines.find(line => line.status === 'held')).toMatchObject({
        because: expect.stringContaining('was not written'),
      });
    });
  },
);

describe('addresses that lead nowhere', () => {
  const servers: Server[] = [];
  const listen = async (server: Server) => {
    servers.push(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as {port: number}).port}`;
  };
  afterAll(() => {
    for (const server of servers) server.close();
  });

  it.each([
    ['nothing listens there', async () => '127.0.0.1:1', /Nothing is listening on 127\.0\.0\.1:1/],
    ['an unknown host', async () => 'no-such-host.invalid:9092', /no-such-host\.invalid:9092 is not known/],
    ['a web server', () => listen(createHttpServer()), /an HTTP server answers there/],
    ['a port that takes connections and is silent', () => listen(createServer(() => {})), /does not answer/],
    ['a port that hangs up', () => listen(createServer(socket => socket.end())), /closes the connection/],
    ['no port at all', async () => 'localhost', /takes the form host:port/],
  ])('%s: a plain sentence in time', async (_, address, sentence) => {
    const brokers = await address();
    const commands = [
      ['consume', '--topic', 't'],
      ['publish', '--topic', 't'],
      ['topic', 't'],
    ];
    const all = await Promise.all(commands.map(args => run([...args, '--brokers', brokers], {stdin: '{}'})));
    for (const {code, stderr, ms, lines} of all) {
      expect(stderr).toMatch(sentence);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(code).toBeGreaterThan(0);
      expect(lines).toEqual([]);
      // It takes less than 10 s; the rest is room for a busy machine.
      expect(ms).toBeLessThan(30_000);
    }
  });
});

describe.skipIf(!kafkaIsThere)('a broker that calls itself by a name that cannot be reached', () => {
  it('is explained by its advertised listener', async () => {
    const cluster = await startKafka({properties: {'advertised.listeners': 'PLAINTEXT://127.0.0.1:2'}});
    try {
      const {code, stderr} = await run(['topic', 't', '--brokers', cluster.bootstrap]);
      expect(code).toBe(1);
      expect(stderr).toContain('calls itself 127.0.0.1:2');
    } finally {
      await cluster.stop();
    }
  });
});
