import process from 'node:process';
import type {KafkaClient} from '../kafka/client.ts';
import type {ReadFrom} from '../kafka/read-from.ts';
import {type ReadProgress, readRetained} from '../kafka/retained-messages.ts';
import {Topics} from '../kafka/topics.ts';
import {type MessageFilter, parseMessageFilter} from '../session/filter.ts';
import {grouped, sayProgress} from '../session/search.ts';
import {sayUnreadable} from '../session/unreadable.ts';
import {checkedTopic} from './checked-topic.ts';
import type {Command, FlagValues} from './command.ts';
import {clientFor, sentenceFor, topicOf} from './connection.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {messageLine} from './message-line.ts';
import {linesTo, say} from './output.ts';
import {checkHasPartitions, partitionsOf} from './partition-flags.ts';
import {checkPartitionsOnce, positionForms, positionsOf, readFromOf} from './positions.ts';

/** How often it is told how far it came, in ms. */
const tellInterval = 2000;

const command: Command = {
  help: `
  Usage
    $ kafka-notify peek --topic NAME [options]

  Looks at the messages that a topic retains, without a group: nothing is joined, nothing committed, nothing created. Reads
  up to the ends that the partitions have at the start and prints one JSON line for each message that fits, each partition
  in order; how far it came is told on stderr.

  Options
    --topic NAME            TOPIC_NAME
    --from ${positionForms}
                            where to begin (beginning). end-N: the last N offsets of each partition; OFFSET: in each
                            partition; PARTITION@OFFSET: in that one only, may be given several times; TIME: ISO 8601, how
                            long ago (15m or -15m), or ms since 1970 (@1700000000000, or 13 digits)
    --partition N           only this one; may be given several times
    --filter 'WORDS'        words that must all fit: text, key:…, header:…, partition:2, offset:40, 1@40, path=value (text:a:b
                            for a text with a colon)
    --values                print values, not only how long they are. Keys, headers and values are text, or {"base64":"…"}
                            where they are not UTF-8; numbers in headers of dead letters {"number":"3","base64":"…"}
    --max N                 end after N messages
    --brokers host:port,…   KAFKA_BOOTSTRAP_SERVERS (localhost:9092)

  Exit codes
    0 searched to the end (also when nothing was found), or --max reached · 1 not searched to the end · 2 wrong use ·
    141 whoever read the lines has gone

  Examples
    $ kafka-notify peek --topic notifications --from end-10 --values
    $ kafka-notify peek --topic notifications --filter 'key:u-17 type=email.send' --values | jq .value
    $ kafka-notify peek --topic notifications --from 15m --partition 0 --max 1
`,
  async run({flags, settings}) {
    const topic = topicOf(settings);
    checkedTopic(topic);
    const positions = positionsOf(placesOf(flags.from), Date.now(), '--from');
    const named = partitionsOf(flags.partition);
    checkPartitionsOnce(positions, named, '--from');
    const options = {
      from: readFromOf(positions),
      partitions: positions.for === 'each' ? [...positions.offsets.keys()] : named,
      filter: filterOf(flags.filter),
      withValue: flags.values === true,
      max: maxOf(flags.max),
    };
    const client = clientFor(settings);
    try {
      await checkPartitions(client, topic, options.partitions);
      return await peek(client, topic, options);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError(await sentenceFor(error, client, topic));
    }
  },
};

export default command;

type PeekOptions = {
  readonly from: ReadFrom;
  readonly partitions: readonly number[] | null;
  readonly filter: MessageFilter;
  readonly withValue: boolean;
  readonly max: number;
};

async function peek(client: KafkaClient, topic: string, options: PeekOptions): Promise<number> {
  const {from, partitions, filter, max} = options;
  const lines = linesTo();
  const ending = new AbortController();
  let ended: 'max' | 'signal' | 'output lost' | null = null;
  const end = (why: typeof ended) => {
    ended ??= why;
    ending.abort();
  };
  let progress: ReadProgress = {covered: 0n, total: 0n, gone: 0n, unreadable: []};
  let found = 0;
  const tell = setInterval(() => say(`${capital(sayProgress(progress))} …`), tellInterval);
  const stopListening = onSignals(() => end('signal'));
  try {
    await readRetained({
      client,
      topic,
      partitions,
      from,
      signal: ending.signal,
      progress: now => {
        for (const each of now.unreadable.slice(progress.unreadable.length))
          say(`Not searched: ${sayUnreadable(each)}.`);
        progress = now;
      },
      async take(messages) {
        for (const message of messages) {
          if (ended || !filter(message)) continue;
          lines.write(messageLine(message, options));
          if (++found >= max) end('max');
        }
        // Not more is read than whoever listens takes.
        await lines.written()?.catch(() => end('output lost'));
      },
    });
  } catch (error) {
    await lines.end().catch(() => {});
    say(`Not searched to the end: ${sayProgress(progress)} offsets; ${grouped(found)} found so far.`);
    throw error;
  } finally {
    clearInterval(tell);
    stopListening();
  }
  await lines.end();
  const gone = progress.gone > 0n ? ` ${grouped(progress.gone)} of them were removed meanwhile.` : '';
  if (ended === 'max') say(`Stopped at --max ${max}: what lies behind was not searched.`);
  else if (ended) say(`Stopped: ${sayProgress(progress)} offsets; ${grouped(found)} found so far.${gone}`);
  else
    say(`${capital(sayProgress(progress))} offsets: ${found === 0 ? 'none' : grouped(found)} found.${gone}`);
  const isComplete = ended === 'max' || (ended === null && progress.unreadable.length === 0);
  return isComplete ? exitCodes.done : exitCodes.failed;
}

/** Asked before, so that a topic that is missing is said so at once. */
async function checkPartitions(
  client: KafkaClient,
  topic: string,
  partitions: readonly number[] | null,
): Promise<void> {
  const topics = new Topics(client);
  try {
    const found = await topics.describe(topic);
    if (found.status === 'missing') throw new CommandError(`There is no topic ${topic}; peek creates none.`);
    checkHasPartitions(found, partitions ?? []);
  } finally {
    await topics.close();
  }
}

function filterOf(flag: FlagValues[string]): MessageFilter {
  const parsed = parseMessageFilter(typeof flag === 'string' ? flag : '');
  if ('problem' in parsed) throw new CommandError(`--filter: ${parsed.problem}`, exitCodes.wrongUse);
  return parsed.filter;
}

function placesOf(flag: FlagValues[string]): readonly string[] {
  return Array.isArray(flag) && flag.length > 0 ? flag : ['beginning'];
}

function maxOf(flag: unknown): number {
  if (flag === undefined) return Number.POSITIVE_INFINITY;
  if (typeof flag === 'number' && Number.isInteger(flag) && flag > 0) return flag;
  throw new CommandError('--max takes a whole number from 1 on.', exitCodes.wrongUse);
}

function onSignals(stop: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
