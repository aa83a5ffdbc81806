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
  });
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
