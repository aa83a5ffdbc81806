import {createRedriveHandler} from '../handlers/redrive/redrive-handler.ts';
import {createPartitioner} from '../kafka/partitioners.ts';
import {KafkaPublisher} from '../kafka/publisher.ts';
import {Topics} from '../kafka/topics.ts';
import type {Command} from './command.ts';
import {clientFor, sentenceFor, topicOf} from './connection.ts';
import {consumeOptions} from './consume-flags.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {say} from './output.ts';
import {planRedrive, redriveGroup, redriveTarget, sayLeftOut, withinPlan} from './redrive-plan.ts';
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
    --join-foreign-group    also where other programs are members of it, or have committed in it
    --retries N             further attempts where publishing failed for certain (2)
    --brokers host:port,…   KAFKA_BOOTSTRAP_SERVERS (localhost:9092)

  Exit codes
    0 all are acknowledged · 1 failed, or one is held because it is not known whether it arrived · 2 wrong use

  Examples
    $ kafka-notify redrive --topic notifications-dlt --count
    $ kafka-notify redrive --topic notifications-dlt --rate 50
`,
  async run({flags, settings}) {
    const topic = topicOf(settings);
    const to = targetOf(topic, flags.to);
    const rate = rateOf(flags.rate);
    const group = settings.group.source === 'default' ? redriveGroup(topic) : settings.group.value;
    const options = consumeOptions({...flags, untilEnd: true}, Date.now());
    const client = clientFor(settings);
    const topics = new Topics(client);
    const publisher = new KafkaPublisher({
      client,
      partitioner: createPartitioner(settings.partitioner.value),
    });
    const handler = createRedriveHandler({publisher, to, rate});
    try {
      const plan = await planRedrive(topics, {topic, to, group});
      say(`${plan.waiting} offsets of ${topic} to redrive to ${to} (group ${group}).`);
      const leftOut = sayLeftOut(plan);
      leftOut.forEach(say);
      if (flags.count === true) return exitCodes.done;
      const best = leftOut.length === 0 ? exitCodes.done : exitCodes.failed;
      if (plan.waiting === 0n) return best;
      const ends = new Map([...plan.parts].map(([partition, {end}]) => [partition, end]));
      const ours = {...settings, group: {...settings.group, value: group}};
      const code = await runConsumption(
        topic,
        ours,
        {...options, start: plan.start},
        {client, topics, handler: withinPlan(handler, plan), ends},
      );
      return code === exitCodes.done ? best : code;
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
  const target = typeof to === 'string' ? to : redriveTarget(topic);
  if (target !== null) return target;
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
