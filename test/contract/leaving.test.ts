import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it} from 'vitest';
import {type EmbeddedBroker, startBroker} from '../../source/broker/index.ts';
import {type KafkaCluster, startKafka} from '../kafka/start-kafka.ts';
import {type Finished, type Running, run, start} from '../support/program.ts';

/** A message in hand, a commit and a farewell that nobody answers, each with its deadline; and room for a busy machine. */
const longest = 60_000;
const patience = {timeout: 30_000, interval: 100};

function consume(bootstrap: string, ...more: string[]): Running {
  const where = ['--brokers', bootstrap, '--topic', 't', '--group', 'g'];
  return start(['consume', ...where, '--from', 'beginning', ...more]);
}

async function terminated(running: Running): Promise<Finished> {
  running.child.kill('SIGTERM');
  const timer = setTimeout(() => running.child.kill('SIGKILL'), longest);
  const finished = await running.finished;
  clearTimeout(timer);
  return finished;
}

describe('a consumer that is told to end, at a broker that does not do its part', () => {
  let broker: EmbeddedBroker;

  beforeEach(async () => {
    broker = await startBroker();
    const stdin = '{"n":1}\n{"n":2}\n';
    const {code} = await run(['topic', 't', '--brokers', broker.bootstrap]);
    expect(code).toBe(0);
    await run(['publish', '--brokers', broker.bootstrap, '--topic', 't', '--lines'], {stdin});
  });

  afterEach(() => broker.stop());

  const always = {times: Number.POSITIVE_INFINITY};

  it('ends though the offsets of the group are refused again and again', async () => {
    broker.faults.add({api: 'OffsetFetch', ...always}, {error: 'COORDINATOR_LOAD_IN_PROGRESS'});
    const running = consume(broker.bootstrap, '--join-foreign-group');
    await expect.poll(() => running.stderr(), patience).toContain('offsets cannot be asked for');
    const told = () => running.stderr().split('offsets cannot be asked for').length - 1;
    await expect.poll(told, patience).toBeGreaterThan(2);
    const {code, signal, stderr} = await terminated(running);
    expect({code, signal}).toEqual({code: 0, signal: null});
    expect(stderr).not.toContain('A commit was not confirmed');
  });

  it('ends though its commits are refused, and says so', async () => {
    const running = consume(broker.bootstrap);
    await running.line(line => line.status === 'committed' && line.offset === '2');
    broker.faults.add({api: 'OffsetCommit', ...always}, {error: 'COORDINATOR_NOT_AVAILABLE'});
    await run(['publish', '--brokers', broker.bootstrap, '--topic', 't', '--lines'], {stdin: '{"n":3}\n'});
    await expect.poll(() => running.stderr(), patience).toContain('A commit was not confirmed');
    expect(await terminated(running)).toMatchObject({code: 0, signal: null});
  });

  it('ends though its commits are never answered', async () => {
    const running = consume(broker.bootstrap);
    await running.line(line => line.status === 'committed' && line.offset === '2');
    broker.faults.add({api: 'OffsetCommit', ...always}, {delay: 600_000});
    await run(['publish', '--brokers', broker.bootstrap, '--topic', 't', '--lines'], {stdin: '{"n":3}\n'});
    await running.line(line => line.status === 'processed' && line.offset === '2');
    expect(await terminated(running)).toMatchObject({code: 0, signal: null});
  }, 90_000);
});

const kafka = inject('kafka');
const isOurs = !('missing' in kafka) && !process.env.KAFKA_BOOTSTRAP_SERVERS;

describe.skipIf(!isOurs)(
  'a consumer that is told to end (skipped without an Apache Kafka of our own)',
  () => {
    let cluster: KafkaCluster;

    beforeAll(async () => {
      cluster = await startKafka();
    });

    afterAll(() => cluster.stop());

    it('ends though the broker is frozen', async () => {
      await run(['topic', 't', '--brokers', cluster.bootstrap]);
      const publish = ['publish', '--brokers', cluster.bootstrap, '--topic', 't', '--lines'];
      await run(publish, {stdin: '{"n":1}\n'});
      const running = consume(cluster.bootstrap);
      await running.line(line => line.status === 'committed' && line.offset === '1');
      cluster.freeze();
      try {
        expect(await terminated(running)).toMatchObject({code: 0, signal: null});
      } finally {
        cluster.thaw();
      }
    }, 120_000);
  },
);
