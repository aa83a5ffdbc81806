import {describe, expect, inject, it, onTestFinished} from 'vitest';
import {createClient} from '../../source/kafka/client.ts';
import {freePorts, startKafka} from '../kafka/start-kafka.ts';
import {Terminal} from './support/terminal.ts';

const kafka = inject('kafka');
const kafkaIsThere = 'bootstrap' in kafka && !process.env.KAFKA_BOOTSTRAP_SERVERS;

describe.skipIf(!kafkaIsThere)('a broker that goes (skipped without an Apache Kafka of our own)', () => {
  it('is said plainly while messages stream, and they stream again when it is back, without a key', async () => {
    const cluster = await startKafka();
    onTestFinished(() => cluster.stop());
    const client = createClient({brokers: [...cluster.brokers], clientId: 'story'});
    const admin = client.kafka.admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    const topic = 'streaming';
    const group = 'streamers';
    await admin.createTopics({waitForLeaders: true, topics: [{topic, numPartitions: 3}]});
    const args = ['--brokers', cluster.bootstrap, '--topic', topic, '--group', group, '--from', 'beginning'];
    const terminal = new Terminal(args, {columns: 160, rows: 45});
    await terminal.waitFor('3 partitions');
    terminal.press('x');
    await terminal.waitFor('● running');

    const stream = streaming(client, topic);
    await terminal.waitFor(processedAtLeast(200));
    await cluster.kill();
    await terminal.waitFor(/✗ no broker, again in \d+ s/, 30_000);
    await terminal.waitFor(/✗ disconnected|◌ connecting/, 30_000);
    await terminal.waitFor(/Trying again in \d+ s|is tried again now/, 30_000);
    const before = processed(terminal.screen());
    await cluster.start();
    await terminal.waitFor('● connected', 60_000);
    await terminal.waitFor('● running', 60_000);
    await terminal.waitFor(processedAtLeast(before + 200), 60_000);

    const acknowledged = await stream.stop();
    const ends = await endsOf(admin, topic);
    expect(ends.reduce((sum, end) => sum + end, 0)).toBeGreaterThanOrEqual(acknowledged);
    await terminal.waitFor(screen => committedColumn(screen).join() === ends.join(), 30_000);
    expect(processed(terminal.screen())).toBeGreaterThanOrEqual(acknowledged);
    const [found] = await admin.fetchOffsets({groupId: group, topics: [topic]});
    const committed = found!.partitions.sort((left, right) => left.partition - right.partition);
    expect(committed.map(({offset}) => Number(offset))).toEqual(ends);
  }, 180_000);

  it('that is not there yet: a sentence and a countdown, and it is found when it comes up', async () => {
    const [port] = (await freePorts(1)) as [number];
    const terminal = new Terminal(['--brokers', `127.0.0.1:${port}`, '--topic', 'waited-for']);
    await terminal.waitFor(/✗ no broker, again in \d+ s/);
    await terminal.waitFor(`Nothing is listening on 127.0.0.1:${port}`);
    await terminal.waitFor(/Trying again in \d+ s\. r /);
    const shown = countdown(terminal.screen());
    await terminal.waitFor(screen => countdown(screen) !== shown);
    const cluster = await startKafka({port});
    onTestFinished(() => cluster.stop());
    await terminal.waitFor('waited-for is not there. Enter creates it.', 60_000);
    expect(terminal.screen()[0]).toContain('● connected');
  }, 120_000);
});

function processed(screen: readonly string[]): number {
  return Number(/✓ (\d+) /.exec(screen.join('\n'))?.[1] ?? 0);
}

function processedAtLeast(count: number) {
  return (screen: readonly string[]) => processed(screen) >= count;
}

function countdown(screen: readonly string[]): string | undefined {
  return /again in (\d+) s/.exec(screen.join('\n'))?.[1];
}

/** What the topic pane says is committed, by partition. */
function committedColumn(screen: readonly string[]): number[] {
  return screen.slice(3, 6).map(row => Number(row.trim().split(/\s+/)[6]));
}

type Client = ReturnType<typeof createClient>;

/** Publishes without pause until it is stopped; answers how many the broker acknowledged. */
function streaming({kafka}: Client, topic: string): {stop(): Promise<number>} {
  const producer = kafka.producer({retry: {retries: 0}});
  let isOver = false;
  let acknowledged = 0;
  const done = (async () => {
    await producer.connect();
    while (!isOver) {
      const messages = Array.from({length: 20}, (_, at) => ({key: `${at}`, value: '{"type":"email"}'}));
      await producer.send({topic, messages}).then(
        () => {
          acknowledged += messages.length;
        },
        () => producer.connect().catch(() => {}),
      );
      // As many as a person can follow; the rest of the time is the broker's.
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    await producer.disconnect();
  })();
  return {
    async stop() {
      isOver = true;
      await done;
      return acknowledged;
    },
  };
}

async function endsOf(admin: ReturnType<Client['kafka']['admin']>, topic: string): Promise<number[]> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.sort((left, right) => left.partition - right.partition).map(({high}) => Number(high));
}
