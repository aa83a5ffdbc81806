import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import kafkajs from 'kafkajs';
import {createClient} from '../../source/kafka/client.ts';
import {startKafka} from '../kafka/start-kafka.ts';
import {consumeByEachBatch} from './consumers.ts';
import {alternate, type Figure, type Row, type Sample} from './figure.ts';
import {node, program, residentMegabytes} from './program-screen.ts';
import {publishByKafkaJS} from './publish.ts';
import {documentOf, filledTopic, newTopic, removeTopic} from './topics.ts';

const rounds = 3;
const starts = 3;
const singles = 1000;
const loads = [
  {name: '100 B', size: 100, count: 200_000},
  {name: '1 KB', size: 1024, count: 50_000},
] as const;

/**
 * The embedded broker as a person starts it, against Apache Kafka started in the same run; both serve KafkaJS, whose own
 * work is in every figure.
 */
export const broker: Figure = {
  name: 'broker',
  async measure(_, say) {
    const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-bench-state-'));
    const beginOurs = () => startOurs(folder);
    say(`${starts} starts …`);
    const began = await startsOf(beginOurs, say);
    const kafka = await startKafka();
    try {
      const ours = await beginOurs();
      const both = {ours: ours.bootstrap, theirs: kafka.bootstrap};
      const memoryAtFirst = {ours: residentMegabytes(ours.pid), theirs: residentMegabytes(kafka.pid())};
      const rows: Row[] = [
        ...began,
        against('resident after the start', [memoryAtFirst.ours], [memoryAtFirst.theirs], 'MB'),
        {
          what: 'broker: resident, by itself',
          ours: [memoryAtFirst.ours],
          unit: 'MB',
          target: {sign: '≤', value: 80},
        },
        ...(await singleSends(both, say)),
        ...(await throughput(both, say)),
      ];
      rows.push(
        against(
          'resident after all that',
          [residentMegabytes(ours.pid)],
          [residentMegabytes(kafka.pid())],
          'MB',
        ),
      );
      await ours.end();
      return rows;
    } finally {
      await kafka.stop();
      rmSync(folder, {recursive: true, force: true});
    }
  },
};

type Both = {readonly ours: string; readonly theirs: string};

type Started = {readonly bootstrap: string; readonly pid: number; readonly ms: number; end(): Promise<void>};

/** `kafka-notify broker`, until it says where it listens. */
async function startOurs(stateFolder: string): Promise<Started> {
  const began = performance.now();
  const child = spawn(node, [program, 'broker', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {...process.env, NODE_ENV: 'production', KAFKA_NOTIFY_STATE_DIR: stateFolder},
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', resolve);
    child.once('exit', code => reject(new Error(`The broker ended with ${code}.`)));
  });
  const ms = performance.now() - began;
  return {
    bootstrap: (JSON.parse(line) as {bootstrap: string}).bootstrap,
    pid: child.pid!,
    ms,
    async end() {
      process.removeListener('exit', kill);
      const ended = new Promise(resolve => child.once('exit', resolve));
      // In order: so it keeps what it has compiled.
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** From starting the process to the port that answers; Kafka with its storage already laid out. */
async function startsOf(beginOurs: () => Promise<Started>, say: (progress: string) => void): Promise<Row[]> {
  const {ours, bare} = await alternate(
    {
      ours: async () => {
        const started = await beginOurs();
        await started.end();
        return started.ms;
      },
      bare: bareNode,
    },
    starts,
    say,
  );
  const {theirs} = await alternate(
    {
      theirs: async () => {
        const kafka = await startKafka();
        await kafka.stop();
        return kafka.startMs;
      },
    },
    starts,
    say,
  );
  return [
    against('start until it listens', ours, theirs, 'ms'),
    {what: 'broker: node -e 0', ours: bare, unit: 'ms'},
    {
      what: 'broker: until it listens, beyond Node',
      ours: ours.map((value, round) => value - bare[round]!),
      unit: 'ms',
      target: {sign: '≤', value: 100},
    },
  ];
}

async function bareNode(): Promise<number> {
  const began = performance.now();
  const child = spawn(node, ['-e', '0'], {stdio: 'ignore'});
  await new Promise(resolve => child.once('exit', resolve));
  return performance.now() - began;
}

/** One record, sent and waited for, over and over. */
async function singleSends(both: Both, say: (progress: string) => void): Promise<Row[]> {
  say(`${singles} records sent one by one …`);
  const late: {ours: number[]; theirs: number[]} = {ours: [], theirs: []};
  const {ours, theirs} = await alternate(
    {
      ours: () => sendOneByOne(both.ours, p99 => late.ours.push(p99)),
      theirs: () => sendOneByOne(both.theirs, p99 => late.theirs.push(p99)),
    },
    rounds,
    say,
  );
  return [
    against('one record sent, p50', ours, theirs, 'µs'),
    // The first is the warm-up's.
    against('one record sent, p99', late.ours.slice(1), late.theirs.slice(1), 'µs'),
  ];
}

async function sendOneByOne(bootstrap: string, tellP99: (us: number) => void): Promise<number> {
  const topic = await newTopic(bootstrap);
  const producer = createClient({brokers: [bootstrap]}).kafka.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const value = documentOf(100, 0);
  const took: number[] = [];
  for (let sent = 0; sent < singles; sent++) {
    const began = performance.now();
    await producer.send({topic, acks: -1, messages: [{value}]});
    took.push((performance.now() - began) * 1000);
  }
  await producer.disconnect();
  await removeTopic(bootstrap, topic);
  took.sort((left, right) => left - right);
  tellP99(took[Math.floor(singles * 0.99)]!);
  return took[singles >> 1]!;
}

async function throughput(both: Both, say: (progress: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  for (const {name, size, count} of loads) {
    say(`${count} records of ${name} …`);
    const values = Array.from({length: count}, (_, index) => documentOf(size, index));
    const produce = async (bootstrap: string) => {
      const topic = await newTopic(bootstrap);
      const rate = await publishByKafkaJS(bootstrap, topic, values);
      await removeTopic(bootstrap, topic);
      return rate;
    };
    const produced = await alternate(
      {ours: () => produce(both.ours), theirs: () => produce(both.theirs)},
      rounds,
      say,
    );
    const topics = {
      ours: await filledTopic(both.ours, count, size),
      theirs: await filledTopic(both.theirs, count, size),
    };
    const consume = async (bootstrap: string, topic: string) =>
      count / (await consumeByEachBatch(bootstrap, topic, count)).seconds;
    const consumed = await alternate(
      {ours: () => consume(both.ours, topics.ours), theirs: () => consume(both.theirs, topics.theirs)},
      rounds,
      say,
    );
    await removeTopic(both.ours, topics.ours);
    await removeTopic(both.theirs, topics.theirs);
    rows.push(
      against(`produced, 1000 at a time  ${name}`, produced.ours, produced.theirs, 'msg/s'),
      against(`consumed by eachBatch  ${name}`, consumed.ours, consumed.theirs, 'msg/s'),
    );
  }
  return rows;
}

function against(what: string, ours: Sample, theirs: Sample, unit: string): Row {
  return {what: `broker: ${what}`, ours, theirs: {name: 'Apache Kafka', sample: theirs}, unit};
}
