import type {Api} from '../../../source/broker/codec/api.ts';
import type {Draft, Fields, Value} from '../../../source/broker/codec/fields.ts';
import {apis} from '../../../source/broker/messages/index.ts';
import {ask} from './ask.ts';
import {recordBatch} from './record-batch.ts';

/** Where a question is put, and what is there for it. */
export type Place = {
  readonly bootstrap: string;
  readonly node: number;
  /** Two partitions; three records in the first one, made some seconds ago. */
  readonly topic: string;
  /** In names of what a question makes, so that a later run finds nothing of it. */
  readonly run: string;
};

export type PlainRequest = {
  /** The API, its version and what is asked. */
  readonly name: string;
  readonly ask: (place: Place) => Promise<unknown>;
};

const timeoutMs = 30_000;
const topicType = 2;
const brokerType = 4;
const brokerSettings = [
  'auto.create.topics.enable',
  'default.replication.factor',
  'delete.topic.enable',
  'num.partitions',
];

/** One question in every version that is served, or in those from `since` to `until`. */
function inEachVersion<Q extends Fields, A extends Fields>(
  api: Api<Q, A>,
  what: string,
  request: (place: Place, version: number) => Draft<Value<Q>>,
  {since = api.first, until = api.last} = {},
): PlainRequest[] {
  return Array.from({length: until - since + 1}, (_, index) => {
    const version = since + index;
    return {
      name: `${api.name} ${version}: ${what}`,
      ask: place => ask(place.bootstrap, api, version, request(place, version)),
    };
  });
}

/** Three records of some seconds ago, as they stand in the topic of each place. */
export const threeRecords = () => {
  const first = Date.now() - 10_000;
  return recordBatch({timestamps: [first, first + 1, first + 2]});
};

const ofTopic = ({topic}: Place, configurationKeys: string[] | null) => [
  {resourceType: topicType, resourceName: topic, configurationKeys},
];

const offsetsAt = (timestamp: bigint) =>
  inEachVersion(apis.listOffsets, `the offset at ${timestamp}`, ({topic}) => ({
    replicaId: -1,
    topics: [{name: topic, partitions: [{partitionIndex: 0, timestamp}]}],
  }));

const newTopic = ({run}: Place, version: number, validateOnly: boolean) => ({
  topics: [
    {
      name: `${validateOnly ? 'imagined' : 'made'}_${run}_${version}`,
      numPartitions: 2,
      replicationFactor: 1,
      configs: [{name: 'retention.ms', value: '1000'}],
    },
  ],
  timeoutMs,
  validateOnly,
});

/** Questions that careful clients ask, in every version; in this order, since some change what later ones find. */
export const plainRequests: readonly PlainRequest[] = [
  ...[false, true].flatMap(operations => [
    ...inEachVersion(
      apis.metadata,
      operations ? 'a topic and what may be done' : 'a topic',
      ({topic}, version) => ({
        topics: [{name: topic}],
        ...(version >= 8 && {
          includeTopicAuthorizedOperations: operations,
          ...(version <= 10 && {includeClusterAuthorizedOperations: operations}),
        }),
      }),
    ),
    ...inEachVersion(apis.describeCluster, operations ? 'with what may be done' : 'plainly', () => ({
      includeClusterAuthorizedOperations: operations,
    })),
  ]),
  ...['group', 'transaction'].flatMap((kind, keyType) =>
    inEachVersion(
      apis.findCoordinator,
      `of a ${kind}`,
      (_, version) => (version < 4 ? {key: 'key', keyType} : {coordinatorKeys: ['one', 'two'], keyType}),
      {since: keyType},
    ),
  ),
  ...inEachVersion(apis.createTopics, 'checked only', (place, version) => newTopic(place, version, true)),
  ...inEachVersion(apis.createTopics, 'one', (place, version) => newTopic(place, version, false)),
  ...inEachVersion(apis.createPartitions, 'checked only', ({topic}) => ({
    topics: [{name: topic, count: 9, assignments: null}],
    timeoutMs,
    validateOnly: true,
  })),
  ...[false, true].flatMap(includeSynonyms => [
    ...inEachVersion(apis.describeConfigs, `all of a topic, synonyms: ${includeSynonyms}`, place => ({
      resources: ofTopic(place, null),
      includeSynonyms,
    })),
    ...inEachVersion(apis.describeConfigs, `two of a topic, synonyms: ${includeSynonyms}`, place => ({
      resources: ofTopic(place, ['compression.type', 'retention.ms']),
      includeSynonyms,
    })),
    ...inEachVersion(apis.describeConfigs, `of a broker, synonyms: ${includeSynonyms}`, ({node}) => ({
      resources: [{resourceType: brokerType, resourceName: String(node), configurationKeys: brokerSettings}],
      includeSynonyms,
    })),
  ]),
  ...offsetsAt(-1n),
  ...offsetsAt(-2n),
  ...offsetsAt(-3n),
  ...offsetsAt(-4n),
  ...offsetsAt(0n),
  ...inEachVersion(apis.describeProducers, 'nobody is known', ({topic}) => ({
    topics: [{name: topic, partitionIndexes: [0]}],
  })),
  ...inEachVersion(
    apis.fetch,
    'by the topic’s name',
    ({topic}) => ({
      replicaId: -1,
      maxWaitMs: 10,
      minBytes: 1,
      maxBytes: 1_000_000,
      sessionEpoch: -1,
      topics: [{topic, partitions: [{partition: 0, fetchOffset: 0n, partitionMaxBytes: 10}]}],
    }),
    {until: 12},
  ),
  ...inEachVersion(
    apis.produce,
    'one record',
    ({topic}) => ({
      acks: -1,
      timeoutMs,
      topicData: [
        {
          name: topic,
          partitionData: [{index: 1, records: recordBatch({timestamps: [Date.now()]})}],
        },
      ],
    }),
    {since: 3},
  ),
  ...inEachVersion(apis.deleteRecords, 'below 1', ({topic}) => ({
    topics: [{name: topic, partitions: [{partitionIndex: 0, offset: 1n}]}],
    timeoutMs,
  })),
  ...inEachVersion(apis.offsetCommit, 'from outside of the group', ({topic, run}) => ({
    groupId: `group_${run}`,
    generationIdOrMemberEpoch: -1,
    topics: [
      {name: topic, partitions: [{partitionIndex: 0, committedOffset: 1n, committedMetadata: 'of us'}]},
    ],
  })),
  ...inEachVersion(apis.offsetFetch, 'of two partitions', ({topic, run}, version) => {
    const groupId = `group_${run}`;
    const topics = [{name: topic, partitionIndexes: [0, 1]}];
    return version < 8 ? {groupId, topics} : {groups: [{groupId, topics}]};
  }),
  ...inEachVersion(
    apis.offsetFetch,
    'of all partitions',
    ({run}, version) => {
      const groupId = `group_${run}`;
      return version < 8 ? {groupId, topics: null} : {groups: [{groupId, topics: null}]};
    },
    {since: 2},
  ),
  ...inEachVersion(apis.describeGroups, 'one, and one that is not there', ({run}, version) => ({
    groups: [`group_${run}`, `no_group_${run}`],
    ...(version >= 3 && {includeAuthorizedOperations: true}),
  })),
  ...inEachVersion(apis.deleteGroups, 'of which none is there', ({run}) => ({
    groupsNames: [`no_group_${run}`],
  })),
  ...inEachVersion(apis.initProducerId, 'without a transactional id', () => ({
    transactionalId: null,
    transactionTimeoutMs: 1000,
    producerId: -1n,
    producerEpoch: -1,
  })),
  ...inEachVersion(apis.describeTransactions, 'of nobody', ({run}) => ({
    transactionalIds: [`nobody_${run}`],
  })),
  ...inEachVersion(apis.describeLogDirs, 'a partition', ({topic}) => ({topics: [{topic, partitions: [0]}]})),
  ...inEachVersion(apis.alterConfigs, 'of a topic', ({topic}) => ({
    resources: [
      {resourceType: topicType, resourceName: topic, configs: [{name: 'retention.ms', value: '700000000'}]},
    ],
  })),
  ...inEachVersion(apis.incrementalAlterConfigs, 'of a topic', ({topic}) => ({
    resources: [
      {
        resourceType: topicType,
        resourceName: topic,
        configs: [{name: 'retention.bytes', configOperation: 0, value: '900000000'}],
      },
    ],
  })),
  ...inEachVersion(apis.deleteTopics, 'one', ({run}, version) => {
    const name = `made_${run}_${version + 1}`;
    return version < 6 ? {topicNames: [name], timeoutMs} : {topics: [{name}], timeoutMs};
  }),
];
