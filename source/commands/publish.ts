import {createPartitioner} from '../kafka/partitioners.ts';
import {KafkaPublisher} from '../kafka/publisher.ts';
import {Topics} from '../kafka/topics.ts';
import {checkedTopic} from './checked-topic.ts';
import type {Command, FlagValues} from './command.ts';
import {clientFor, sentenceFor, topicOf} from './connection.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {linesTo, say} from './output.ts';
import {inputFor} from './publish/input.ts';
import {positiveNumber} from './publish/numbers.ts';
import {sendAll} from './publish/send-all.ts';
import {listTemplates} from './template-shelf.ts';

const command: Command = {
  help: `
  Usage
    $ kafka-notify publish --topic NAME [options] [FILE]

  Publishes a JSON document (FILE, or else stdin) byte for byte, its last line end too, and prints one JSON line with what
  is known of it: acknowledged (partition, offset), failed (it is not in the log) or unknown (it may be). Nothing is sent
  twice.

  Options
    --topic NAME            TOPIC_NAME; created when missing, which is said on stderr
    --key KEY               left out: no key (null); an empty text is an empty key, which is not null
    --header name=value     may be repeated; name alone is a null value
    --partition N           left out: chosen by the key
    --partitioner NAME      java (murmur2, the default) or librdkafka (CRC32, as confluent-kafka for Python)
    --lines                 one record a line (it ends with a line feed, or CR and line feed; blank ones are left out). A
                            file is checked first, and nothing is sent unless all of it is JSON; from a pipe each line is
                            sent when it comes, up to the first that is no JSON
    --raw                   any bytes, not only JSON; with --lines all up to the line feed, a CR too, and a blank line is a
                            record of 0 bytes
    --null                  a tombstone: no value
    --template NAME         key, headers and value of a template; with FILE or --lines the value comes from there
    --list-templates        print the templates, your own first, and send nothing
    --templates DIR         your own templates (KAFKA_NOTIFY_TEMPLATES, else templates in the configuration folder)
    --placeholders          fill in {{uuid}}, {{now}} and {{seq}}, anew for each record
    --times N               all of it N times
    --rate N                at most N records a second (as quickly as they are acknowledged)
    --no-create             a topic that is missing is an error
    --deadline SECONDS      after which a record without an answer counts as unknown (10)
    --brokers host:port,…   KAFKA_BOOTSTRAP_SERVERS (localhost:9092)

  Exit codes
    0 all acknowledged · 1 failed, or stopped by Ctrl+C before all were sent, or a result cannot be written · 2 wrong
    use, or invalid JSON (stderr says up to which line it was sent) · 3 not acknowledged or unknown · 141 whoever read
    the results has gone

  Examples
    $ echo '{"type":"email","to":"user@example.org"}' | kafka-notify publish --topic notifications --key u-17
    $ kafka-notify publish --topic notifications --lines < events.jsonl
    $ tail -F events.jsonl | kafka-notify publish --topic notifications --lines
    $ kafka-notify publish --topic notifications --key u-17 --null
    $ kafka-notify publish --topic notifications --template e-mail --times 500 --rate 50
`,
  async run({words, flags, settings}) {
    if (flags.listTemplates) return listAll(flags);
    const topic = topicOf(settings);
    const rate = positiveNumber('rate', flags.rate);
    const deadline = positiveNumber('deadline', flags.deadline);
    const input = await inputFor(flags, words, topic);
    const client = clientFor(settings);
    const publisher = new KafkaPublisher({
      client,
      partitioner: createPartitioner(settings.partitioner.value),
      ...(deadline !== null && {deadline: deadline * 1000}),
    });
    try {
      await ensureTopic(topic, flags, new Topics(client), error => sentenceFor(error, client, topic));
      return await sendAll(publisher, topic, input, rate);
    } finally {
      await publisher.close();
    }
  },
};

export default command;

async function listAll(flags: FlagValues): Promise<number> {
  const lines = linesTo();
  for (const each of listTemplates(flags.templates)) lines.write(each);
  await lines.end();
  return exitCodes.done;
}

async function ensureTopic(
  topic: string,
  flags: FlagValues,
  topics: Topics,
  explain: (error: unknown) => Promise<string>,
): Promise<void> {
  checkedTopic(topic);
  try {
    const found = await topics.describe(topic);
    if (found.status === 'exists') return;
    if (flags.create === false)
      throw new CommandError(`Topic ${topic} is not there (--no-create); nothing was sent.`);
    const {created, topic: made} = await topics.ensure(topic);
    if (created) say(`Created topic ${topic} with ${made.partitions.length} partitions.`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${await explain(error)} Nothing was sent.`, exitCodes.unknown);
  } finally {
    await topics.close();
  }
}
