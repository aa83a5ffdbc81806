import {describe, expect, it} from 'vitest';
import {toldByConsumerGroups} from '../../kafka/consumer-groups.ts';
import {apacheTools} from '../../kafka/requirements.ts';
import {kafkaTool} from '../../kafka/start-kafka.ts';
import {judgedBroker} from './support/judged-broker.ts';

const possible = apacheTools();
const topicCommand = 'org.apache.kafka.tools.TopicCommand';
const configCommand = 'kafka.admin.ConfigCommand';
const groupCommand = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand';
/** Each tool is a JVM of its own; those that do not wait for each other run at once. */
const patience = 180_000;

if (!possible.available)
  it.skip(`Apache's tools judge the embedded broker: skipped, ${possible.reason}`, () => {});
else {
  describe("Apache's tools judge the embedded broker", () => {
    const broker = judgedBroker();

    async function tool(className: string, args: readonly string[], stdin?: string): Promise<string> {
      const {code, stdout, stderr} = await kafkaTool(
        className,
        ['--bootstrap-server', broker.bootstrap(), ...args],
        stdin,
      );
      if (code !== 0) throw new Error(`${className} ended with ${code}: ${stderr}${stdout}`);
      return stdout;
    }

    it(
      'TopicCommand and ConfigCommand create, describe, list, alter and delete',
      async () => {
        const topic = `made-by-java-${Date.now()}`;
        const of = (...args: readonly string[]) => [...args, '--topic', topic];
        await tool(topicCommand, of('--create', '--partitions', '2', '--config', 'retention.ms=60000'));
        const [described, listed] = await Promise.all([
          tool(topicCommand, of('--describe')),
          tool(topicCommand, ['--list']),
        ]);
        expect(described).toMatch(
          /PartitionCount: 2\s+ReplicationFactor: 1\s+Configs: .*retention\.ms=60000/,
        );
        expect(described.match(/Leader: \d+/g)).toHaveLength(2);
        expect(listed.split('\n')).toContain(topic);
        await Promise.all([
          tool(topicCommand, of('--alter', '--partitions', '5')),
          tool(configCommand, [
            ...['--alter', '--entity-type', 'topics', '--entity-name', topic],
            ...['--add-config', 'retention.ms=70000'],
          ]),
        ]);
        expect(await tool(topicCommand, of('--describe'))).toMatch(/PartitionCount: 5.*retention\.ms=70000/);
        await tool(topicCommand, of('--delete'));
        expect(await broker.admin().listTopics()).not.toContain(topic);
      },
      patience,
    );

    it(
      'the console producer publishes with each codec; the console consumer reads, in a group',
      async () => {
        const topic = await broker.freshTopic(1);
        const group = `group-${topic}`;
        const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
        const values = codecs.flatMap(codec =>
          Array.from({length: 40}, (_, n) => `${codec} ${n} ${'ab'.repeat(50)}`),
        );
        const publish = (codec: string) =>
          tool(
            'org.apache.kafka.tools.ConsoleProducer',
            ['--topic', topic, '--compression-codec', codec],
            `${values.filter(value => value.startsWith(codec)).join('\n')}\n`,
          );
        await Promise.all(codecs.slice(0, 3).map(publish));
        await Promise.all(codecs.slice(3).map(publish));
        const consume = (max: number) =>
          tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
            ...['--topic', topic, '--group', group, '--from-beginning'],
            ...['--max-messages', String(max), '--timeout-ms', '30000'],
          ]);
        const first = (await consume(150)).split('\n').filter(Boolean);
        expect(await broker.committed(group, topic)).toEqual(['150']);
        const second = (await consume(50)).split('\n').filter(Boolean);
        expect([...first, ...second].sort()).toEqual([...values].sort());

        // ConsumerGroupCommand tells what was committed, and sets it anew.
        expect(await toldByConsumerGroups(broker.bootstrap(), group, topic)).toEqual(['200']);
        await tool(groupCommand, [
          ...['--group', group, '--topic', topic],
          ...['--reset-offsets', '--shift-by', '-30', '--execute'],
        ]);
        expect(await broker.committed(group, topic)).toEqual(['170']);
      },
      patience,
    );

    it(
      'VerifiableProducer and VerifiableConsumer count the same',
      async () => {
        const count = 10_000;
        const topic = await broker.freshTopic(3);
        const group = `group-${topic}`;
        const produced = events(
          await tool('org.apache.kafka.tools.VerifiableProducer', [
            ...['--topic', topic, '--max-messages', String(count), '--throughput', '-1'],
          ]),
        );
        expect(produced.filter(({name}) => name === 'producer_send_error')).toEqual([]);
        expect(produced.filter(({name}) => name === 'producer_send_success')).toHaveLength(count);
        expect(produced.find(({name}) => name === 'tool_data')).toMatchObject({sent: count, acked: count});
        const consumed = events(
          await tool('org.apache.kafka.tools.VerifiableConsumer', [
            ...['--topic', topic, '--group-id', group, '--max-messages', String(count)],
            ...['--reset-policy', 'earliest'],
          ]),
        );
        expect(sum(consumed, 'records_consumed')).toBe(count);
        const commits = consumed.filter(({name}) => name === 'offsets_committed');
        expect(commits.filter(({success}) => success !== true)).toEqual([]);
        // The sticky producer may leave a partition empty; nothing is committed there (−1).
        const ends = (await broker.committed(group, topic)).map(offset => Math.max(0, Number(offset)));
        expect(ends.reduce((all, end) => all + end, 0)).toBe(count);
      },
      patience,
    );

    it(
      'the transactional copier copies with offsets and random aborts, and each record is read once',
      async () => {
        const count = 3000;
        const [source, target] = [await broker.freshTopic(1), await broker.freshTopic(2)];
        const id = `copier-${source}`;
        const values = Array.from({length: count}, (_, n) => `${n} ${'ab'.repeat(10)}`);
        await tool('org.apache.kafka.tools.ConsoleProducer', ['--topic', source], `${values.join('\n')}\n`);
        const {code, stdout, stderr} = await kafkaTool('org.apache.kafka.tools.TransactionalMessageCopier', [
          ...['--broker-list', broker.bootstrap(), '--transactional-id', id, '--consumer-group', id],
          ...['--input-topic', source, '--input-partition', '0', '--output-topic', target],
          ...['--transaction-size', '200', '--use-group-metadata', '--enable-random-aborts'],
        ]);
        expect({code, stderr, told: lastOf(stdout)}).toMatchObject({
          code: 0,
          told: {stage: 'ShutdownComplete', totalProcessed: count, remaining: 0},
        });
        expect(await broker.committed(id, source)).toEqual([String(count)]);
        const read = async (isolation: string) =>
          (
            await tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
              ...['--topic', target, '--from-beginning', '--isolation-level', isolation],
              ...['--timeout-ms', '8000'],
            ])
          )
            .split('\n')
            .filter(Boolean);
        const [committed, all] = await Promise.all([read('read_committed'), read('read_uncommitted')]);
        expect(committed.sort()).toEqual([...values].sort());
        expect(all.length).toBeGreaterThanOrEqual(count);
        const transactions = 'org.apache.kafka.tools.TransactionsCommand';
        const [described, hanging] = await Promise.all([
          tool(transactions, ['describe', '--transactional-id', id]),
          tool(transactions, ['find-hanging', '--broker-id', '0']),
        ]);
        expect(described).toMatch(/CompleteCommit/);
        expect(hanging.trim().split('\n')).toHaveLength(1);
      },
      patience,
    );

    it(
      'the performance tool produces in transactions of a tenth of a second',
      async () => {
        const count = 4000;
        const topic = await broker.freshTopic(1);
        const {code, stdout, stderr} = await kafkaTool('org.apache.kafka.tools.ProducerPerformance', [
          ...['--bootstrap-server', broker.bootstrap(), '--topic', topic, '--num-records', String(count)],
          ...['--record-size', '50', '--throughput', '4000'],
          ...['--transactional-id', `performance-${topic}`, '--transaction-duration-ms', '100'],
        ]);
        expect({code, stderr}).toMatchObject({code: 0});
        expect(stdout).toContain(`${count} records sent`);
        // With markers behind the records of more than one transaction.
        const [end] = await broker.admin().fetchTopicOffsets(topic);
        expect(Number(end!.high)).toBeGreaterThan(count + 1);
      },
      patience,
    );
  });
}

/** The copier prints one JSON object a line too. */
function lastOf(printed: string): unknown {
  return JSON.parse(
    printed
      .split('\n')
      .filter(line => line.startsWith('{'))
      .at(-1)!,
  );
}

type Event = Readonly<Record<string, unknown>> & {readonly name: string};

/** The verifiable tools print one JSON object a line. */
function events(printed: string): Event[] {
  return printed
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Event);
}

function sum(all: readonly Event[], name: string): number {
  return all.filter(event => event.name === name).reduce((count, event) => count + Number(event.count), 0);
}
