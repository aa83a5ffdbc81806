import {type ExistingTopic, Topics} from '../kafka/topics.ts';
import {checkedTopic} from './checked-topic.ts';
import type {Command} from './command.ts';
import {clientFor, sentenceFor, topicOf} from './connection.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {linesTo, say} from './output.ts';

const command: Command = {
  help: `
  Usage
    $ kafka-notify topic NAME [options]

  Looks whether the topic is there, creates it when it is missing, waits until every partition has a leader, and prints
  how it stands as one JSON line. A partition whose nodes are away is not waited for: its leader is null, and stderr says
  which node is missed. A topic that is there is never changed: where it has other numbers than those asked for, stderr
  and the line's "differs" say so.

  Options
    --partitions N            for a topic that is created (the broker's default)
    --replication-factor N    likewise
    --no-create               only look: a topic that is missing is an error (exit code 1)
    --brokers host:port,…     KAFKA_BOOTSTRAP_SERVERS (localhost:9092)

  Exit codes
    0 it is there (also with other numbers than asked for) · 1 failed, or a partition has no leader · 2 wrong use

  Examples
    $ kafka-notify topic notifications --partitions 3
    $ kafka-notify topic notifications --no-create | jq .partitions
`,
  async run({words, flags, settings}) {
    const name = topicOf(settings, words[0]);
    if (typeof flags.topic === 'string' && flags.topic !== name)
      throw new CommandError(
        `Two topics are named, ${name} and --topic ${flags.topic}; topic takes one.`,
        exitCodes.wrongUse,
      );
    const partitions = countOf(flags.partitions, '--partitions');
    const replicationFactor = countOf(flags.replicationFactor, '--replication-factor');
    checkedTopic(name);
    const client = clientFor(settings);
    const topics = new Topics(client);
    try {
      const {created, topic} = await ensure();
      if (created) say(`Created topic ${name} with ${topic.partitions.length} partitions.`);
      const lines = linesTo();
      const differs = created ? {} : differences(topic, {partitions, replicationFactor});
      lines.write({
        status: created ? 'created' : 'exists',
        topic: name,
        partitions: topic.partitions,
        ...(Object.keys(differs).length > 0 && {differs}),
      });
      await lines.end();
      for (const [what, {asked, is}] of Object.entries(differs))
        say(`Topic ${name} is there with ${whatHas[what]} ${is}, not ${asked}; it is left as it is.`);
      for (const sentence of topic.leaderless ?? []) say(sentence);
      return topic.leaderless ? exitCodes.failed : exitCodes.done;
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError(await sentenceFor(error, client, name));
    } finally {
      await topics.close();
    }

    async function ensure() {
      if (flags.create === false) {
        const found = await topics.describe(name);
        if (found.status === 'missing') throw new CommandError(`Topic ${name} is not there (--no-create).`);
        return {created: false, topic: found};
      }
      return topics.ensure(name, {
        ...(partitions !== undefined && {partitions}),
        ...(replicationFactor !== undefined && {replicationFactor}),
      });
    }
  },
};

export default command;

type Numbers = {readonly partitions: number | undefined; readonly replicationFactor: number | undefined};
type Differences = Record<string, {readonly asked: number; readonly is: number}>;

const whatHas: Record<string, string> = {
  partitions: 'a number of partitions of',
  replicationFactor: 'a replication factor of',
};

/** Where a topic that was there has other numbers than those asked for. */
function differences({partitions}: ExistingTopic, asked: Numbers): Differences {
  const is = {partitions: partitions.length, replicationFactor: partitions[0]?.replicas.length ?? 0};
  const differs: Differences = {};
  for (const name of ['partitions', 'replicationFactor'] as const) {
    const wanted = asked[name];
    if (wanted !== undefined && wanted !== is[name]) differs[name] = {asked: wanted, is: is[name]};
  }
  return differs;
}

function countOf(value: unknown, flag: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw new CommandError(`${flag} takes a whole number from 1 on.`, exitCodes.wrongUse);
}
