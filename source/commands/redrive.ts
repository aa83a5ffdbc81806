import {deadLetterTopic} from '../flow/dead-letter-topic.ts';
import {createRedriveHandler} from '../handlers/redrive/redrive-handler.ts';
import {createPartitioner} from '../kafka/partitioners.ts';
import {KafkaPublisher} from '../kafka/publisher.ts';
import {type TopicStatus, Topics} from '../kafka/topics.ts';
import type {Command} from './command.ts';
import {clientFor, sentenceFor, topicOf} from './connection.ts';
import {consumeOptions} from './consume-flags.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {say} from './output.ts';
import {runConsumption} from './run-consumption.ts';

const command: Command = {
  help: `
  Usage
    $ kafka-notify redrive --topic NAME-dlt [options]

  Publishes the dead letters of a topic to the topic that they came from, in order, each once: same key, bytes and
  partition, their own headers without those of the dead letter. What was redriven is committed by a group of its own, so
  that a second redrive goes on behind it. Counts first, on stderr; prints one JSON line for each dead letter, whose "note"
  says where it went, and ends when all that were there are through.

  Options
    --topic NAME-dlt        the dead-letter topic
    --to NAME               where to (the name without -dlt)
    --count                 only count what would be redriven
    --max N                 at most N of them
    --rate N                at most N a second
    --group NAME            whose commits tell what was redriven (redrive-NAME)
    --retries N             further attempts where publishing failed for certain (2)
    --brokers host:port,…   KAFKA_BOOTSTRAP_SERVERS (localhost:9092)

  Exit codes
    0 all are acknowledged · 1 failed, or one is held because it is not known whether it arrived · 2 wrong use

  Examples
    $ kafka-notify redrive --topic notifications-dlt --count
    $ kafka-notify redrive --topic notifications-dlt --rate 50
`,
  flags: {
    to: {type: 'string'},
    count: {type: 'boolean'},
    max: {type: 'number'},
    rate: {type: 'number'},
    retries: {type: 'number'},
  },
  async run({flags, settings}) {
    const topic = topicOf(settings);
    const to = targetOf(topic, flags.to);
    const rate = rateOf(flags.rate);
    const group = settings.group.source === 'default' ? `redrive-${topic}` : settings.group.value;
    const options = {
      ...consumeOptions({...flags, untilEnd: true}, Date.now()),
      start: {from: 'beginning'},
    } as const;
    const client = clientFor(settings);
    const topics = new Topics(client);
    const publisher = new KafkaPublisher({
      client,
      partitioner: createPartitioner(settings.partitioner.value),
    });
    const handler = createRedriveHandler({publisher, to, rate});
    try {
      const [from, target] = await Promise.all([topics.describe(topic), topics.describe(to)]);
      if (from.status === 'missing')
        throw new CommandError(`There is no topic ${topic}, so no dead letters.`);
      if (target.status === 'missing')
        throw new CommandError(`The topic ${to} is not there; --to names another.`);
      const committed = await topics.committed(group, topic);
      const waiting = waitingIn(from, committed);
      say(`${waiting} offsets of ${topic} to redrive to ${to} (group ${group}).`);
      if (flags.count === true || waiting === 0n) return exitCodes.done;
      const ends = new Map(from.partitions.map(({partition, end}) => [partition, end ?? 0n]));
      // With a commit it goes on there; only a group that never redrove begins at the beginning.
      const start = committed.size > 0 ? ({from: 'committed'} as const) : options.start;
      const ours = {...settings, group: {...settings.group, value: group}};
      return await runConsumption(topic, ours, {...options, start}, {client, topics, handler, ends});
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError(await sentenceFor(error, client, topic));
    } finally {
      await publisher.close();
      await topics.close();
    }
  },
};

export default command;

function targetOf(topic: string, to: unknown): string {
  if (typeof to === 'string') return to;
  if (deadLetterTopic(topic) === null) return topic.slice(0, -'-dlt'.length);
  throw new CommandError(
    `${topic} is not named as a dead-letter topic; --to says where its messages go.`,
    exitCodes.wrongUse,
  );
}

function rateOf(rate: unknown): number | null {
  if (rate === undefined) return null;
  if (typeof rate === 'number' && rate > 0) return rate;
  throw new CommandError('--rate takes a number above 0.', exitCodes.wrongUse);
}

function waitingIn(topic: TopicStatus & {status: 'exists'}, committed: ReadonlyMap<number, bigint>): bigint {
  return topic.partitions.reduce((sum, {partition, first, end}) => {
    const from = committed.get(partition) ?? first ?? 0n;
    return end !== null && end > from ? sum + (end - from) : sum;
  }, 0n);
}
