import {describe, expect, it} from 'vitest';
import type {Api as TableApi} from '../../../source/broker/codec/api.ts';
import {Reader as TableReader} from '../../../source/broker/codec/reader.ts';
import {Writer as TableWriter} from '../../../source/broker/codec/writer.ts';
import {apis} from '../../../source/broker/messages/index.ts';
import {fetchRequest} from '../../../source/kafka/fetch-records.ts';
import {produceRequest} from '../../../source/kafka/produce-request.ts';
import {createPartitionsRequest} from '../../../source/kafka/protocol/create-partitions.ts';
import {createTopicsRequest} from '../../../source/kafka/protocol/create-topics.ts';
import {listOffsetsRequest} from '../../../source/kafka/protocol/list-offsets.ts';
import {metadataRequest} from '../../../source/kafka/protocol/metadata.ts';
import {MalformedAnswer} from '../../../source/kafka/protocol/reader.ts';
import {decodeAnswer, type OwnRequest, writeRequest} from '../../../source/kafka/protocol/send.ts';

/**
 * Requests of our own against the embedded broker's table of messages, which `message-table.test.ts` holds against Apache
 * Kafka's own definitions: each version is read by it to the last byte, and what it answers is read here.
 */
type Case = {
  readonly table: TableApi;
  readonly request: OwnRequest<unknown>;
  /** As the table writes it; what a version does not have is left out by it. */
  readonly answer: object;
  /** What is read of it, in a version. */
  readonly read: (version: number) => unknown;
};

const batch = Buffer.from('a batch');
const at = {topic: 't', partition: 3};

const cases: Readonly<Record<string, Case>> = {
  Produce: {
    table: apis.produce,
    request: produceRequest(at, batch, 9000),
    answer: {
      responses: [
        {
          name: 't',
          partitionResponses: [
            {
              index: 3,
              errorCode: 87,
              baseOffset: 41n,
              logAppendTimeMs: 7n,
              logStartOffset: 1n,
              recordErrors: [{batchIndex: 2, batchIndexErrorMessage: 'no key'}],
              errorMessage: 'refused',
            },
          ],
        },
      ],
      throttleTimeMs: 5,
    },
    read: version => ({
      errorType: 'INVALID_RECORD',
      baseOffset: 41n,
      logAppendTime: 7,
      reason: version >= 8 ? 'refused' : null,
      wrongRecords: new Map(version >= 8 ? [[2, 'no key']] : []),
    }),
  },
  Fetch: {
    table: apis.fetch,
    request: fetchRequest('t', [{partition: 3, offset: 17n}], {
      maxWait: 500,
      maxBytes: 1_048_576,
      maxBytesPerPartition: 1_048_576,
    }),
    answer: {
      responses: [
        {
          topic: 't',
          partitions: [
            {
              partitionIndex: 3,
              highWatermark: 20n,
              lastStableOffset: 19n,
              abortedTransactions: [{producerId: 1000n, firstOffset: 18n}],
              records: batch,
            },
          ],
        },
      ],
    },
    read: () =>
      new Map([
        [
          3,
          {
            errorType: null,
            highWatermark: 20n,
            aborted: [{producerId: 1000n, firstOffset: 18n}],
            records: batch,
          },
        ],
      ]),
  },
  ListOffsets: {
    table: apis.listOffsets,
    request: listOffsetsRequest('t', [0, 3], -1),
    answer: {
      topics: [
        {
          name: 't',
          partitions: [
            {partitionIndex: 0, errorCode: 0, timestamp: 5n, offset: 12n},
            {partitionIndex: 3, errorCode: 6, timestamp: -1n, offset: -1n},
          ],
        },
      ],
    },
    read: () => [
      {partition: 0, errorType: null, offset: 12n},
      {partition: 3, errorType: 'NOT_LEADER_FOR_PARTITION', offset: -1n},
    ],
  },
  Metadata: {
    table: apis.metadata,
    request: metadataRequest(['t']),
    answer: {
      brokers: [{nodeId: 1, host: 'h', port: 9092, rack: null}],
      clusterId: 'c',
      controllerId: 1,
      topics: [
        {
          errorCode: 0,
          name: 't',
          topicId: Buffer.alloc(16, 0xab),
          isInternal: false,
          partitions: [
            {
              errorCode: 5,
              partitionIndex: 0,
              leaderId: -1,
              leaderEpoch: 4,
              replicaNodes: [2],
              isrNodes: [],
              offlineReplicas: [2],
            },
          ],
        },
      ],
    },
    read: version => ({
      brokers: [{node: 1, host: 'h', port: 9092, rack: null}],
      clusterId: 'c',
      controllerId: 1,
      hasTopicIds: version >= 10,
      topics: [
        {
          name: 't',
          id: version >= 10 ? 'ab'.repeat(16) : null,
          errorType: null,
          isInternal: false,
          partitions: [
            {
              partition: 0,
              leader: null,
              leaderEpoch: version >= 7 ? 4 : null,
              replicas: [2],
              inSync: [],
              errorType: 'LEADER_NOT_AVAILABLE',
            },
          ],
        },
      ],
    }),
  },
  CreateTopics: {
    table: apis.createTopics,
    request: createTopicsRequest({topic: 't', partitions: -1, replicationFactor: -1}, 5000),
    answer: {
      topics: [
        {
          name: 't',
          topicId: Buffer.alloc(16),
          errorCode: 17,
          errorMessage: 'collides',
          topicConfigErrorCode: 3,
          configs: [
            {name: 'retention.ms', value: null, readOnly: false, configSource: 5, isSensitive: false},
          ],
        },
      ],
    },
    read: () => expect.objectContaining({type: 'INVALID_TOPIC_EXCEPTION', reason: 'collides'}),
  },
  CreatePartitions: {
    table: apis.createPartitions,
    request: createPartitionsRequest('t', 5, 5000),
    answer: {results: [{name: 't', errorCode: 37, errorMessage: 'fewer than there are'}]},
    read: () => expect.objectContaining({type: 'INVALID_PARTITIONS', reason: 'fewer than there are'}),
  },
};

describe.each(Object.entries(cases))('%s', (_, {table, request, answer, read}) => {
  const {api} = request;
  const served: number[] = [];
  for (
    let version = Math.max(api.oldest, table.first);
    version <= Math.min(api.newest, table.last);
    version++
  )
    served.push(version);

  it('is compared in each version that is written', () => {
    expect([api.key, api.flexibleFrom]).toEqual([table.key, table.flexibleSince]);
    expect(served).toEqual(
      Array.from({length: api.newest - api.oldest + 1}, (__, index) => api.oldest + index),
    );
  });

  it.each(served)('v%i is read to the last byte, and means the same', version => {
    const bytes = writeRequest(request, version).toBuffer();
    const body = table.isFlexible(version) ? bytes.subarray(1) : bytes;
    const reader = new TableReader(body);
    const value = table.readRequest(reader, version);
    expect(reader.left).toBe(0);
    const writer = new TableWriter();
    // A tagged field that was not there has no place on the wire.
    const said = Object.entries(value).filter(([name]) => table.request[name]!.tag === undefined);
    table.writeRequest(writer, version, Object.fromEntries(said) as never);
    expect(Buffer.concat(writer.finish())).toEqual(body);
  });

  it.each(served)('an answer v%i is understood, and nowhere read beyond its end', version => {
    const writer = new TableWriter();
    table.writeResponse(writer, version, answer as never);
    const header = table.isFlexible(version) ? [Buffer.from([0])] : [];
    const payload = Buffer.concat([...header, ...writer.finish()]);
    expect(decodeAnswer(request, payload, version)).toEqual(read(version));
    for (let size = 0; size < payload.length - 12; size++) {
      const cut = payload.subarray(0, size);
      try {
        decodeAnswer(request, cut, version);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedAnswer);
      }
    }
  });
});
