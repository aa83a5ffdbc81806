import {setTimeout as pause} from 'node:timers/promises';
import type {Handler} from '../flow/handler.ts';
import {createHandler} from '../handlers/index.ts';
import type {KafkaClient} from '../kafka/client.ts';
import {explainError, isNoKafka} from '../kafka/explain-error.ts';
import {Topics} from '../kafka/topics.ts';
import {checkedTopic} from './checked-topic.ts';
import type {Command} from './command.ts';
import {clientFor, sentenceFor, topicOf} from './connection.ts';
import {type ConsumeOptions, consumeOptions} from './consume-flags.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {say} from './output.ts';
import {checkHasPartitions} from './partition-flags.ts';
import {positionForms} from './positions.ts';
import {runConsumption} from './run-consumption.ts';

const command: Command = {
  help: `
  Usage
    $ kafka-notify consume --topic NAME [options]

  Processes the topic's messages in order, partition by partition, and commits only what is finished: a message that
  failed for good holds its own partition, and the committed offset never passes it by accident. Prints one JSON line for
  each outcome, and one for each commit that the broker confirmed.

  Options
    --topic NAME            TOPIC_NAME
    --group NAME            KAFKA_GROUP_ID; default: a private group of yours
    --join-foreign-group    join also where other programs are members, or have committed; otherwise that ends with 2, and
                            with the number of messages that would count as processed
    --handler FILE          a module, in TypeScript or JavaScript, that exports processMessage(message, context), or
                            KafkaJS's eachMessage or eachBatch; loaded again when it, or a file that it imports, is
                            saved. Without any of these five, a value must be JSON. What it gets:
                              message {topic, partition, offset: "113", timestamp: ms, key: text or null, value: the JSON,
                                      raw: the bytes or null, headers: {name: text}, headerList: [{name, value}] in order}
                              context {attempt: from 1, signal, log(text)}
                            It returns: processed. It throws: tried again; an error with permanent: true: failed for good
    --exec 'PROGRAM ARGS'   run for each message: the value on stdin, metadata in KAFKA_… variables; no shell. Nothing on
                            stdin is a tombstone, with KAFKA_TOMBSTONE=1: an empty value is no JSON, and fails before.
                            KAFKA_HEADERS has all headers in order, as a=1&b=&c (%-encoded; b is empty, c is null).
                            Exit 0: processed; 75, a signal, a timeout: tried again; other: failed for good
    --exec-lines 'PROGRAM ARGS'   one program that runs on: a JSON line a message in, one line out for each, flushed:
                              {"status":"ok"}: processed; {"status":"failed","error":"why"}: tried again, as after its death
                              or a timeout; with "permanent":true: failed for good; "name":"TypeError" says what is alike,
                              "retryAfterMs":1000 when to try again at the soonest
    --forward URL           POST to URL, metadata in Kafka-… headers as in the variables of --exec; 2xx: processed;
                            408, 429, 5xx, refused: tried again; other: failed for good.
                            Without any of these five it is taken from KAFKA_NOTIFY_FORWARD, so that a token in it is
                            not among the arguments, which others on the machine can see
    --schema FILE           every value must fit this JSON Schema
    --from ${positionForms}
                            where to start when the group has no committed offset; with one, what lies before it is a
                            replay: the commit is not lowered. end-N: N before the end of each partition; OFFSET: in each
                            partition (where it has none such, its position is lost); TIME: ISO 8601, how long ago (15m
                            or -15m), or ms since 1970 (@1700000000000, or 13 digits).
                            It counts once, at the start, and not where others run in the group already: then, and
                            for partitions gained later, the committed offset rules
    --from PARTITION@OFFSET the same for one partition; may be given several times. The others go on where they are
    --partition N           --from is for this one only, the others go on where they are; may be given several times
    --skip-to-end           with --from end, end-N or an offset ahead: also past messages that nobody processed
    --retries N             further attempts after 1, 2, 4 … 30 s (2)
    --on-failure hold|dead-letter|skip   when attempts are used up or cannot help (hold). A batch of the topic that can't be
                            read (damaged, on the way or on disk) is asked for three times; then skip passes exactly it
                            where its end is known; otherwise its partition is held: nobody knows its messages
    --on-lost ask|first|end when the position no longer exists (ask: the partition is held)
    --timeout DURATION      that one message may take (30s)
    --fault FAULT           put a fault in on purpose (again for more): fail-next=2, fail-every=3, slow=200ms,
                            stop-before-commit, crash-before-commit (once: what was finished comes again)
    --max N                 end after N messages
    --until-end             end when every partition has come to the end that it had at the start, is held or unreadable
    --step                  hold before each message, and print it as "waiting"; an act lets it begin (implies --acts)
    --acts                  decide about held messages: JSON lines on stdin (below)
    --with-value            print values too, and the bytes of what can't be read
    --no-create             a topic that is missing is an error
    --brokers host:port,…   KAFKA_BOOTSTRAP_SERVERS (localhost:9092)

  Acts, one a line; each is answered by a line {"status":"act",…}. One for a message that is not held yet is kept for when
  it is. With --until-end a held message is no end while stdin is open. Offsets and names as in the lines printed.
    {"act":"retry","partition":1,"offset":"113"}     with the handler as it is now
    {"act":"skip","partition":1,"offset":"113","reason":"sent by hand"}
    {"act":"dead-letter","partition":1,"offset":"113"}
    {"act":"replace","partition":1,"offset":"113","value":{…}}   published letter by letter; the original counts as replaced
                            once that is acknowledged. Also "valueText":"any text", "key", "headers":{"name":"text"}
                            (or, in order, [{"name":"a","value":"1"}]), put over those that are carried;
                            "carry":"all" (the default: its headers, with a new identity and trace, and
                            kafka-notify-replaces), "own" (without tracing and tools' headers) or "none"
    {"act":"go-on","partition":1,"from":"first"}     or "end", where the position is lost: by a commit
    {"act":"skip-unreadable","partition":0,"offset":"2","next":"5","reason":"damaged on disk"}
                            passes exactly the batch that the line {"status":"unreadable",…} named: offsets 2 to 4
    {"act":"read-again","partition":0,"offset":"2"}  asks for what could not be read once more
    {"act":"retry","alike":"TypeError"}   all that are held by this error (its "alike" in the line, else its "name"), also
                            for skip and dead-letter; with "each":true also those that come later, each once
    {"act":"release","partition":1}       with --step: lets one message of the partition begin, with all its attempts; without
                            "partition" one of every partition. With --until-end, what waits is no end while stdin is open

  Exit codes
    0 done · 1 failed, or (with --until-end or --max) a message ended held, skipped or dead-lettered, or could not be read,
    or the lines cannot be written · 2 wrong use · 141 whoever read the lines has gone. What was not written is not
    committed; while the reader is behind, nothing is processed.

  Examples
    $ kafka-notify consume --topic notifications --from beginning --until-end
    $ kafka-notify consume --topic notifications --handler ./notify.ts --on-failure dead-letter
    $ echo '{"act":"retry","alike":"HTTP 503","each":true}' | kafka-notify consume --topic notifications --acts --until-end
    $ kafka-notify consume --topic notifications --fault fail-every=3 --fault slow=200ms
    $ kafka-notify consume --topic notifications --from 1@113 --from 2@40 --max 10
    $ kafka-notify consume --topic notifications --from 15m --group replay-of-today --with-value | jq .value
`,
  async run({flags, settings}) {
    const options = consumeOptions(flags, Date.now());
    const topic = topicOf(settings);
    checkedTopic(topic);
    const handler = await handlerFor(options);
    const client = clientFor(settings);
    const topics = new Topics(client);
    try {
      const ends = await whileItRestarts(client, () => ensureTopic(topics, topic, options, client));
      return await runConsumption(topic, settings, options, {client, topics, handler, ends});
    } finally {
      await handler.close();
      await topics.close();
    }
  },
};

export default command;

async function handlerFor({handler, timeout}: ConsumeOptions): Promise<Handler> {
  try {
    return await createHandler(handler, {...(timeout !== undefined && {timeout}), onNotice: say});
  } catch (error) {
    throw new CommandError((error as Error).message, exitCodes.wrongUse);
  }
}

/** A broker that was there when the command began and is away now is waited for so long, in ms. */
const restartPatience = 30_000;
const restartPause = 1000;

/** Tries again where a broker that has answered in this command's life cuts the connection: it may be restarting. */
async function whileItRestarts<Result>(client: KafkaClient, act: () => Promise<Result>): Promise<Result> {
  const until = Date.now() + restartPatience;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const wasThere = client.brokers.some(broker => client.servers.hasGreeted(broker));
      const mayPass = error instanceof Unreached && error.mayPass;
      if (!wasThere || !mayPass || Date.now() > until) throw error;
      say(`${error.message} Trying again.`);
      await pause(restartPause);
    }
  }
}

/** What the broker, or the way to it, did not do. `mayPass`: trying again can help, with nothing changed by anybody. */
class Unreached extends CommandError {
  readonly mayPass: boolean;

  constructor(sentence: string, mayPass: boolean) {
    super(sentence);
    this.mayPass = mayPass;
  }
}

/** Ensures the topic; answers each partition's end offset, null where it has no leader that could tell. */
export async function ensureTopic(
  topics: Topics,
  topic: string,
  options: ConsumeOptions,
  client: KafkaClient,
): Promise<Map<number, bigint | null>> {
  try {
    const found = await topics.describe(topic);
    if (found.status === 'missing' && !options.mayCreate) {
      throw new CommandError(`Topic ${topic} is not there (--no-create).`);
    }
    const ensured = await topics.ensure(topic);
    const {start} = options;
    if (start.from === 'several') checkHasPartitions(ensured.topic, start.partitions.keys());
    if (ensured.created) say(`Created topic ${topic} with ${ensured.topic.partitions.length} partitions.`);
    return new Map(ensured.topic.partitions.map(({partition, end}) => [partition, end]));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const mayPass = explainError(error).retryable && !isNoKafka(error);
    throw new Unreached(await sentenceFor(error, client, topic), mayPass);
  }
}
