/**
 * A client that asks and asks: `node requests-process.ts BOOTSTRAP TOPIC GROUP SEED UNTIL`, where UNTIL is ms since 1970. It
 * uses what the program's commands use, without their pauses between tries, so that thousands of answers come in minutes. It
 * ends at SIGTERM or UNTIL, and prints what was wrong as JSON.
 */
import type {Broker, Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import {createClient} from '../../../source/kafka/client.ts';
import {explainError} from '../../../source/kafka/explain-error.ts';
import {fetchPartitions} from '../../../source/kafka/fetch-records.ts';
import {produce} from '../../../source/kafka/produce-request.ts';
import {listOffsets} from '../../../source/kafka/protocol/list-offsets.ts';
import {askMetadata} from '../../../source/kafka/protocol/metadata.ts';
import {encodeRecordBatch} from '../../../source/kafka/record-batch.ts';
import {RecordCursor} from '../../../source/kafka/records/record-cursor.ts';
import {randomNumbers} from '../../support/random-numbers.ts';

/** What KafkaJS's broker is asked, one request each. */
type Asking = Broker & {
  metadata(topics: readonly string[]): Promise<unknown>;
  listGroups(): Promise<unknown>;
  describeGroups(about: {groupIds: readonly string[]}): Promise<unknown>;
  findGroupCoordinator(about: {groupId: string; coordinatorType: number}): Promise<unknown>;
  offsetFetch(about: {groupId: string; topics: readonly object[]}): Promise<unknown>;
  offsetCommit(about: object): Promise<unknown>;
  heartbeat(about: object): Promise<unknown>;
  joinGroup(about: object): Promise<unknown>;
  syncGroup(about: object): Promise<unknown>;
  leaveGroup(about: object): Promise<unknown>;
  describeConfigs(about: object): Promise<unknown>;
};

class Late extends Error {}

export type Asked = {readonly operations: number; readonly wrong: readonly string[]};

/** Many, since those that were asked for silence wait. */
const clients = 120;
/** The embedded broker keeps a thousand, and others are to find room. */
const mostGroups = 50;
/** ms in which each request has to be answered or refused: a server may ask for silence for 60 s, and KafkaJS waits for 10 s. */
const deadline = 80_000;
/** What no sentence for a person says. */
const raw = /The value of \\?"|Cannot read prop|is not a function|outside buffer bounds|call stack|undefined/;

const [bootstrap, topic, groupId, seed, until] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const wrong: string[] = [];
let operations = 0;
process.on('SIGTERM', tellAndEnd);
process.on('unhandledRejection', error => wrong.push(`nobody caught ${(error as Error).stack}`));

await Promise.all(Array.from({length: clients}, (_, number) => askOnAndOn(number)));
tellAndEnd();

function tellAndEnd(): void {
  console.log(JSON.stringify({operations, wrong} satisfies Asked));
  process.exit(0);
}

async function askOnAndOn(client: number): Promise<void> {
  const random = randomNumbers(Number(seed) * 1009 + client);
  while (!isOver()) {
    const cluster = createClient({brokers: [bootstrap]}).newCluster();
    try {
      await inTime('connecting', cluster.connect());
      await askUntilItFails(cluster, random);
    } catch (error) {
      judge(error);
    } finally {
      await inTime('disconnecting', cluster.disconnect()).catch(judge);
    }
  }
}

async function askUntilItFails(cluster: Cluster, random: () => number): Promise<void> {
  const broker = (await inTime('finding a broker', cluster.brokerPool.findConnectedBroker())) as Asking;
  const requests = Object.entries(requestsTo(broker));
  while (!isOver()) {
    const [name, ask] = requests[Math.floor(random() * requests.length)]!;
    operations++;
    await inTime(name, ask());
  }
}

function requestsTo(broker: Asking): Readonly<Record<string, () => Promise<unknown>>> {
  const at = {topic, partition: 1};
  const topics = [{topic, partitions: [{partition: 0}, {partition: 1}]}];
  const member = {groupId, groupGenerationId: 1, memberId: 'nobody'};
  const protocols = [{name: 'range', metadata: Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0])}];
  const times = {sessionTimeout: 6000, rebalanceTimeout: 6000};
  return {
    'own Metadata': () => askMetadata(broker, [topic]),
    'own ListOffsets': () => listOffsets(broker, topic, [0, 1, 2, 3], -1),
    'own Fetch': async () => {
      const wanted = [0, 1, 2, 3].map(partition => ({partition, offset: 0n}));
      const limits = {maxWait: 0, maxBytes: 100_000, maxBytesPerPartition: 50_000};
      await readAll(await fetchPartitions(broker, topic, wanted, limits));
    },
    'own Produce': () => {
      const draft = {...at, key: null, value: Buffer.from('{}'), headers: []};
      return produce(broker, at, encodeRecordBatch([draft], Date.now()), {
        requestTimeout: 5000,
        brokerTimeout: 1000,
      }).answer;
    },
    Metadata: () => broker.metadata([topic]),
    ListGroups: () => broker.listGroups(),
    DescribeGroups: () => broker.describeGroups({groupIds: [groupId]}),
    FindCoordinator: () => broker.findGroupCoordinator({groupId, coordinatorType: 0}),
    OffsetFetch: () => broker.offsetFetch({groupId, topics}),
    OffsetCommit: () =>
      refused(broker.offsetCommit({...member, topics: [{topic, partitions: [{partition: 0, offset: '1'}]}]})),
    Heartbeat: () => refused(broker.heartbeat(member)),
    SyncGroup: () => refused(broker.syncGroup({...member, generationId: 1, groupAssignment: []})),
    LeaveGroup: () => refused(broker.leaveGroup(member)),
    JoinGroup: () =>
      refused(
        broker.joinGroup({
          ...times,
          groupId: `${groupId}-join-${operations % mostGroups}`,
          groupProtocols: protocols,
        }),
      ),
    DescribeConfigs: () => broker.describeConfigs({resources: [{type: 2, name: topic, configNames: []}]}),
  };
}

async function readAll(fetched: Awaited<ReturnType<typeof fetchPartitions>>): Promise<void> {
  for (const [partition, records] of fetched) {
    const cursor = new RecordCursor(records, {topic, partition}, 0n);
    try {
      for (let taken = await cursor.take(500); taken; taken = await cursor.take(500));
    } catch (error) {
      if ((error as Error).name !== 'UnreadableRecords') throw error;
    }
  }
}

/** The broker may refuse it in order, as one who is no member; then the connection goes on. */
async function refused(asked: Promise<unknown>): Promise<void> {
  await asked.catch(error => {
    if ((error as Error).name !== 'KafkaJSProtocolError') throw error;
  });
}

/** Every error is one that can be told to a person. */
function judge(error: unknown): void {
  const told = JSON.stringify(explainError(error));
  if (raw.test(told)) wrong.push(`told is ${told}; ${(error as Error).stack}`);
  if (error instanceof Late) wrong.push(error.message);
}

async function inTime<Answer>(name: string, asked: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Late(`${name} is not answered, and not given up, in ${deadline} ms`)),
      deadline,
    );
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isOver(): boolean {
  return Date.now() > Number(until);
}
