import {createRequire} from 'node:module';
import {createClient} from '../../../source/kafka/client.ts';
import {type FetchedPartition, fetchApi, fetchRequest} from '../../../source/kafka/fetch-records.ts';
import {produceRequest} from '../../../source/kafka/produce-request.ts';
import {createPartitionsRequest} from '../../../source/kafka/protocol/create-partitions.ts';
import {createTopicsRequest} from '../../../source/kafka/protocol/create-topics.ts';
import {listOffsetsRequest} from '../../../source/kafka/protocol/list-offsets.ts';
import {metadataRequest} from '../../../source/kafka/protocol/metadata.ts';
import {decodeAnswer, type OwnRequest} from '../../../source/kafka/protocol/send.ts';
import {RecordCursor} from '../../../source/kafka/records/record-cursor.ts';
import type {RecordedAnswer} from './recorded-answer.ts';

type Decode = (payload: Buffer) => unknown;
type KafkaJSRequests = Readonly<
  Record<
    string,
    {
      protocol(chosen: {version: number}):
        | ((options: object) => {
            request: {apiKey: number};
            response: {decode(payload: Buffer): Promise<unknown>; parse(data: unknown): Promise<unknown>};
          })
        | undefined;
    }
  >
>;

const require = createRequire(import.meta.url);
const {requests} = require('kafkajs/src/protocol/requests/index.js') as {requests: KafkaJSRequests};
const {default: _, ...keys} = require('kafkajs/src/protocol/requests/apiKeys.js') as Record<string, number>;
const namesByKey = new Map(Object.entries(keys).map(([name, key]) => [key, name]));

/** Whatever KafkaJS's requests take: only their answers are read here. */
const anything = {topics: [], topicData: [], groupIds: [], members: [], groupAssignment: [], resources: []};
/** Messages of one answer that are looked at. */
const mostMessages = 20_000;
/** What our own decoders may throw: each becomes a sentence, or holds a partition. */
const known = new Set(['MalformedAnswer', 'UnreadableRecords', 'Refused']);

const at = {topic: 't', partition: 0};
const own: readonly OwnRequest<unknown>[] = [
  fetchRequest('t', [], {maxWait: 0, maxBytes: 1, maxBytesPerPartition: 1}),
  produceRequest(at, Buffer.alloc(0), 1000),
  createPartitionsRequest('t', 1, 1000),
  createTopicsRequest({topic: 't'} as never, 1000),
  listOffsetsRequest('t', [], -1),
  metadataRequest(null),
];

// With its first client KafkaJS gets its patches, which are part of how answers are read.
createClient({brokers: ['127.0.0.1:1']});

/**
 * Reads the answer as the program does, to the last record of a fetch. Throws only where our own decoders throw what
 * nobody expects of them; KafkaJS's may throw anything, since its connections are guarded.
 */
export async function decodeOne({apiKey, version, frame}: RecordedAnswer): Promise<void> {
  const payload = frame.subarray(8);
  const request = own.find(({api}) => api.key === apiKey);
  if (request && version >= request.api.oldest && version <= request.api.newest) {
    try {
      const answer = decodeAnswer(request, payload, version);
      if (apiKey === fetchApi.key) await readRecords(answer as ReadonlyMap<number, FetchedPartition>);
    } catch (error) {
      if (!known.has((error as Error).name)) throw error;
    }
  }
  try {
    await kafkaJSDecode(apiKey, version)?.(payload);
  } catch {
    // The connection makes a sentence of it.
  }
}

async function readRecords(partitions: ReadonlyMap<number, FetchedPartition>): Promise<void> {
  for (const [partition, fetched] of partitions) {
    const cursor = new RecordCursor(fetched, {topic: 't', partition}, 0n);
    try {
      for (let messages = 0; messages < mostMessages; ) {
        const taken = await cursor.take(500);
        if (!taken) break;
        messages += taken.messages.length + 1;
      }
    } catch (error) {
      if (!known.has((error as Error).name)) throw error;
    }
  }
}

function kafkaJSDecode(apiKey: number, version: number): Decode | null {
  // Its fetches are not used.
  if (apiKey === fetchApi.key) return null;
  const protocol = requests[namesByKey.get(apiKey) ?? '']?.protocol({version});
  if (!protocol) return null;
  const {response} = protocol(anything);
  return async payload => response.parse(await response.decode(payload));
}
