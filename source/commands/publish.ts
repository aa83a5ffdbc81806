import {readFile} from 'node:fs/promises';
import process from 'node:process';
import {buffer} from 'node:stream/consumers';
import type {Delivery, Draft} from '../flow/delivery.ts';
import {createPartitioner} from '../kafka/partitioners.ts';
import {KafkaPublisher} from '../kafka/publisher.ts';
import {Topics} from '../kafka/topics.ts';
import {checkedTopic} from './checked-topic.ts';
import type {Command, FlagValues} from './command.ts';
import {clientFor, sentenceFor, topicOf} from './connection.ts';
import {checkedJson, draftFrame} from './draft-from-flags.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {type Lines, linesTo, say} from './output.ts';

/** Records on their way at once; more would only wait in memory. */
const window = 5000;

const command: Command = {
  help: `
  Usage
    $ kafka-notify publish --topic NAME [options] [FILE]

  Publishes a JSON document (FILE, or else stdin) byte for byte, and prints one JSON line with what is known of it:
  acknowledged (partition, offset), failed (it is not in the log) or unknown (it may be). Nothing is sent twice.

  Options
    --topic NAME            TOPIC_NAME; created when missing, which is said on stderr
    --key KEY               left out: no key
    --header name=value     may be repeated; name alone is a null value
    --partition N           left out: chosen by the key
    --partitioner NAME      java (murmur2, the default) or librdkafka (CRC32, as confluent-kafka for Python)
    --lines                 one record a line
    --raw                   any bytes, not only JSON
    --null                  a tombstone: no value
    --no-create             a topic that is missing is an error
    --deadline SECONDS      after which a record without an answer counts as unknown (10)
    --brokers host:port,…   KAFKA_BOOTSTRAP_SERVERS (localhost:9092)

  Exit codes
    0 all acknowledged · 1 failed · 2 wrong use, or invalid JSON (nothing was sent) · 3 not acknowledged or unknown

  Examples
    $ echo '{"type":"email","to":"user@example.org"}' | kafka-notify publish --topic notifications --key u-17
    $ kafka-notify publish --topic notifications --lines < events.jsonl
    $ kafka-notify publish --topic notifications --key u-17 --null
`,
  flags: {
    key: {type: 'string'},
    header: {type: 'string', isMultiple: true},
    partition: {type: 'number'},
    lines: {type: 'boolean'},
    raw: {type: 'boolean'},
    null: {type: 'boolean'},
    create: {type: 'boolean', default: true},
    deadline: {type: 'number'},
  },
  async run({words, flags, settings}) {
    const topic = topicOf(settings);
    const drafts = await draftsOf(flags, words, topic);
    const client = clientFor(settings);
    const deadline = secondsOf(flags.deadline);
    const publisher = new KafkaPublisher({
      client,
      partitioner: createPartitioner(settings.partitioner.value),
      ...(deadline !== undefined && {deadline}),
    });
    try {
      await ensureTopic(topic, flags, new Topics(client), error => sentenceFor(error, client, topic));
      return await publishAll(publisher, drafts);
    } finally {
      await publisher.close();
    }
  },
};

export default command;

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

/** Publishes with a limit of what is on its way, and prints a result for each draft, in order. */
async function publishAll(publisher: KafkaPublisher, drafts: readonly Draft[]): Promise<number> {
  const lines = linesTo(process.stdout);
  const late = new Map<number, string>();
  const worst = {failed: false, unknown: false};
  for (let from = 0; from < drafts.length; from += window) {
    const deliveries = await publisher.publishAll(drafts.slice(from, from + window), delivery => {
      // An answer that comes after its row was printed updates it by another row.
      if (late.has(delivery.id) && late.get(delivery.id) !== delivery.state.status) print(lines, delivery);
    });
    for (const delivery of deliveries) {
      print(lines, delivery);
      late.set(delivery.id, delivery.state.status);
      if (delivery.state.status === 'failed') worst.failed = true;
      if (delivery.state.status === 'unknown') worst.unknown = true;
    }
  }
  await lines.end();
  if (worst.unknown) return exitCodes.unknown;
  return worst.failed ? exitCodes.failed : exitCodes.done;
}

function print(lines: Lines, {draft, state}: Delivery): void {
  if (state.status === 'pending') return;
  const {status, ...rest} = state;
  const latency = 'latencyMs' in rest ? {latencyMs: Math.round(rest.latencyMs * 10) / 10} : {};
  lines.write({status, topic: draft.topic, ...rest, ...latency});
}

async function draftsOf(flags: FlagValues, words: readonly string[], topic: string): Promise<Draft[]> {
  const frame = draftFrame(flags, topic);
  if (flags.null) return [{...frame, value: null}];
  const bytes = await inputOf(words);
  if (!flags.lines) {
    const value = trimLineEnd(bytes);
    return [{...frame, value: flags.raw ? bytes : checkedJson(value, 'The input')}];
  }
  return linesOf(bytes).map(({value, line}) => ({
    ...frame,
    value: flags.raw ? value : checkedJson(value, 'The input', line),
  }));
}

async function inputOf([file, ...more]: readonly string[]): Promise<Buffer> {
  if (more.length > 0) throw new CommandError('One file at a time can be published.', exitCodes.wrongUse);
  if (file !== undefined && file !== '-') {
    try {
      return await readFile(file);
    } catch (error) {
      throw new CommandError(`${file} cannot be read: ${(error as Error).message}`, exitCodes.wrongUse);
    }
  }
  if (process.stdin.isTTY) say('Reading JSON from the terminal; end it with Ctrl+D.');
  return buffer(process.stdin);
}

/** The line end that editors and echo add does not belong to a JSON document. */
function trimLineEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--;
  return bytes.subarray(0, end);
}

function linesOf(bytes: Buffer): {value: Buffer; line: number}[] {
  const lines: {value: Buffer; line: number}[] = [];
  let from = 0;
  for (let line = 1; from < bytes.length; line++) {
    const found = bytes.indexOf(0x0a, from);
    const to = found < 0 ? bytes.length : found;
    const value = trimLineEnd(bytes.subarray(from, to));
    if (value.length > 0) lines.push({value, line});
    from = to + 1;
  }
  return lines;
}

function secondsOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value > 0) return value * 1000;
  throw new CommandError('--deadline takes seconds.', exitCodes.wrongUse);
}
