import {findCoordinator, metadata} from '../../../source/broker/messages/cluster.ts';
import {deleteGroups, offsetDelete} from '../../../source/broker/messages/groups.ts';
import {deleteRecords, listOffsets, produce} from '../../../source/broker/messages/produce-and-fetch.ts';
import {
  alterConfigs,
  createPartitions,
  createTopics,
  deleteTopics,
  describeConfigs,
  incrementalAlterConfigs,
} from '../../../source/broker/messages/topics.ts';
import {ask} from './ask.ts';
import {recordBatch} from './record-batch.ts';

/** What a broker says to one odd request: the number and the words of each error, in the order asked. */
export type Said = readonly {readonly code: number; readonly message: string | null}[];

export type OddRequest = {
  readonly name: string;
  readonly ask: (bootstrap: string, node: number, topic: string) => Promise<Said>;
};

const open = -1;
const allNames = {timeoutMs: 10_000, validateOnly: false};
const topicType = 2;
const brokerType = 4;
type Config = {readonly name: string; readonly value: string | null};
type NewTopic = {
  readonly name?: string;
  readonly numPartitions?: number;
  readonly replicationFactor?: number;
  readonly assignments?: readonly {readonly partitionIndex: number; readonly brokerIds: readonly number[]}[];
  readonly configs?: readonly Config[];
};

/**
 * Requests that no careful client sends. `topic` is one with two partitions that is there (its name has an underscore), made
 * for this request; names of others are made from it.
 */
export const oddRequests: readonly OddRequest[] = [
  create('no partitions', () => [{numPartitions: 0}]),
  create('minus two partitions', () => [{numPartitions: -2}]),
  create('replication factor 0', () => [{replicationFactor: 0}]),
  create('replication factor -2', () => [{replicationFactor: -2}]),
  create('more replicas than brokers', () => [{replicationFactor: 3}]),
  create('20,000 partitions', () => [{numPartitions: 20_000}]),
  create('10,001 partitions', () => [{numPartitions: 10_001}]),
  create('an assignment beside a count of partitions', node => [
    {numPartitions: 1, assignments: [{partitionIndex: 0, brokerIds: [node]}]},
  ]),
  create('an assignment beside a replication factor', node => [
    {replicationFactor: 1, numPartitions: open, assignments: [{partitionIndex: 0, brokerIds: [node]}]},
  ]),
  create('a good assignment', node => [assigned([0, [node]], [1, [node]])]),
  create('an assignment to a broker that is not there', () => [assigned([0, [77]])]),
  create('an assignment to the same broker twice', node => [assigned([0, [node, node]])]),
  create('an assignment to nobody', () => [assigned([0, []])]),
  create('an assignment to nobody for the second partition', node => [assigned([0, [node]], [1, []])]),
  create('an assignment that begins at partition 1', node => [assigned([1, [node]])]),
  create('an assignment with a gap', node => [assigned([0, [node]], [2, [node]])]),
  create('an assignment with a partition twice', node => [assigned([0, [node]], [0, [node]])]),
  create('an assignment with replicas of different counts', node => [assigned([0, [node]], [1, [node, 77]])]),
  create('an unknown setting', () => [{configs: [{name: 'no.such.setting', value: '1'}]}]),
  create('a setting without a value', () => [{configs: [{name: 'retention.ms', value: null}]}]),
  create('a setting twice', () => [
    {
      configs: [
        {name: 'retention.ms', value: '1000'},
        {name: 'retention.ms', value: '2000'},
      ],
    },
  ]),
  ...(
    [
      ['retention.ms', 'soon'],
      ['retention.ms', '-2'],
      ['retention.ms', ''],
      ['retention.ms', '99999999999999999999'],
      ['retention.ms', ' 1000 '],
      ['segment.bytes', '1'],
      ['segment.bytes', '3000000000'],
      ['max.message.bytes', '1.5'],
      ['cleanup.policy', 'shred'],
      ['cleanup.policy', ''],
      ['cleanup.policy', 'delete,delete'],
      ['compression.type', 'brotli'],
      ['message.timestamp.type', 'Never'],
      ['min.insync.replicas', '0'],
      ['min.cleanable.dirty.ratio', '2'],
      ['min.cleanable.dirty.ratio', 'much'],
      ['preallocate', 'perhaps'],
      ['preallocate', 'TRUE'],
      ['compression.gzip.level', '77'],
      ['compression.lz4.level', '0'],
      ['compression.zstd.level', '99'],
      ['max.compaction.lag.ms', '0'],
    ] as const
  ).map(([name, value]) => create(`${name}=${value}`, () => [{configs: [{name, value}]}])),
  create('a name that is there', (_, topic) => [{name: topic}]),
  create('a name that collides', (_, topic) => [{name: topic.replace('_', '.')}]),
  create('a name that collides, to be checked only', (_, topic) => [{name: topic.replace('_', '.')}], true),
  create('the same name twice', (_, topic) => [{name: `${topic}-2`}, {name: `${topic}-2`}]),
  create('two that collide with each other', (_, topic) => [{name: `${topic}-x.y`}, {name: `${topic}-x_y`}]),
  create('no name', () => [{name: ''}]),
  create('the name .', () => [{name: '.'}]),
  create('the name ..', () => [{name: '..'}]),
  create('a name with a space', () => [{name: 'a b'}]),
  create('a name with an umlaut', () => [{name: 'ä'}]),
  create('a name of 250', () => [{name: 'n'.repeat(250)}]),
  create('the name of the log of the cluster', () => [{name: '__cluster_metadata'}]),
  create('the name of the topic of committed offsets', () => [{name: '__consumer_offsets'}]),
  create('one that collides with it', () => [{name: '__consumer.offsets'}]),
  create('a bad name with bad partitions', () => [{name: 'a b', numPartitions: 0}]),
  create('bad partitions with a bad setting', () => [
    {numPartitions: 0, configs: [{name: 'no.such.setting', value: '1'}]},
  ]),

  grow('an empty assignment', () => [{count: 3, assignments: []}]),
  grow('an empty assignment and no increase', () => [{count: 2, assignments: []}]),
  grow('fewer', () => [{count: 1, assignments: null}]),
  grow('as many', () => [{count: 2, assignments: null}]),
  grow('none', () => [{count: 0, assignments: null}]),
  grow('minus one', () => [{count: -1, assignments: null}]),
  grow('a good assignment', node => [{count: 3, assignments: [{brokerIds: [node]}]}]),
  grow('too short an assignment', node => [{count: 4, assignments: [{brokerIds: [node]}]}]),
  grow('too long an assignment', node => [
    {count: 3, assignments: [{brokerIds: [node]}, {brokerIds: [node]}]},
  ]),
  grow('an assignment to a broker that is not there', () => [{count: 3, assignments: [{brokerIds: [77]}]}]),
  grow('an assignment to nobody', () => [{count: 3, assignments: [{brokerIds: []}]}]),
  grow('an assignment to the same broker twice', node => [
    {count: 3, assignments: [{brokerIds: [node, node]}]},
  ]),
  grow('a topic that is not there', (_, topic) => [{name: `${topic}-no`, count: 3, assignments: null}]),
  grow('the same topic twice', () => [
    {count: 3, assignments: null},
    {count: 4, assignments: null},
  ]),
  grow('a topic without a name', () => [{name: '', count: 3, assignments: null}]),

  remove('a name that is not there', topic => [{name: `${topic}-no`}]),
  remove('no name', () => [{name: ''}]),
  remove('an id that is not there', () => [{name: null, topicId: Buffer.alloc(16, 7)}]),
  remove('neither name nor id', () => [{name: null, topicId: Buffer.alloc(16)}]),
  remove('a name and an id', topic => [{name: topic, topicId: Buffer.alloc(16, 7)}]),
  remove('the same name twice', topic => [{name: topic}, {name: topic}]),
  remove('the same name that is not there twice', topic => [{name: `${topic}-no`}, {name: `${topic}-no`}]),

  clear('below the end', topic => [{name: topic, partitions: [{partitionIndex: 0, offset: 0n}]}]),
  clear('all', topic => [{name: topic, partitions: [{partitionIndex: 0, offset: -1n}]}]),
  clear('beyond the end', topic => [{name: topic, partitions: [{partitionIndex: 0, offset: 10n}]}]),
  clear('below zero', topic => [{name: topic, partitions: [{partitionIndex: 0, offset: -2n}]}]),
  clear('a partition that is not there', topic => [
    {name: topic, partitions: [{partitionIndex: 9, offset: 0n}]},
  ]),
  clear('a topic that is not there', topic => [
    {name: `${topic}-no`, partitions: [{partitionIndex: 0, offset: 0n}]},
  ]),

  clear('of the topic of committed offsets', () => [
    {name: '__consumer_offsets', partitions: [{partitionIndex: 0, offset: 0n}]},
  ]),
  {
    name: 'Produce: to the topic of committed offsets, and to what is not there',
    ask: async (bootstrap, _, topic) => {
      const names = ['__consumer_offsets', topic, `${topic}-no`];
      const records = recordBatch({timestamps: [1]});
      const {responses} = await ask(bootstrap, produce, 9, {
        transactionalId: null,
        acks: -1,
        timeoutMs: 10_000,
        topicData: names.map(name => ({name, partitionData: [0, 9].map(index => ({index, records}))})),
      });
      return names.flatMap(name =>
        responses
          .find(each => each.name === name)!
          .partitionResponses.sort((left, right) => left.index - right.index)
          .map(part => said(part.errorCode, part.errorMessage)),
      );
    },
  },

  ...[0, 1].flatMap(how => [
    alter(how, 'an unknown setting', [['no.such.setting', '1']]),
    alter(how, 'no setting', []),
    alter(how, 'a value of the wrong type', [['retention.ms', 'soon']]),
    alter(how, 'a value that is not allowed', [['cleanup.policy', 'shred']]),
    alter(how, 'null', [['retention.ms', null]]),
    alter(how, 'a setting twice', [
      ['retention.ms', '1'],
      ['retention.ms', '2'],
    ]),
    alter(how, 'a topic that is not there', [['retention.ms', '1']], topicType, topic => `${topic}-no`),
    alter(how, 'a bad name', [['retention.ms', '1']], topicType, () => 'a b'),
    alter(how, 'no name', [['retention.ms', '1']], topicType, () => ''),
    alter(how, 'an unknown kind of resource', [['retention.ms', '1']], 99),
    alter(how, 'the kind 0', [['retention.ms', '1']], 0),
  ]),
  operate('append to a setting that is no list', 2, 'retention.ms', '1'),
  operate('subtract from a setting that is no list', 3, 'retention.ms', '1'),
  operate('append what is not allowed', 2, 'cleanup.policy', 'shred'),
  operate('append null', 2, 'cleanup.policy', null),
  operate('delete with a value', 1, 'retention.ms', '5'),
  operate('delete an unknown setting', 1, 'no.such.setting', null),
  operate('an unknown operation', 9, 'retention.ms', '1'),

  describe('a topic that is not there', topicType, topic => `${topic}-no`),
  describe('a bad name', topicType, () => 'a b'),
  describe('no name', topicType, () => ''),
  describe('a broker that is not there', brokerType, () => '77'),
  describe('a broker that is no number', brokerType, () => 'seven'),
  describe('an unknown kind of resource', 99, () => 'x'),

  {
    name: 'Metadata: names that are none',
    ask: async (bootstrap, _, topic) => {
      const names = ['', 'a b', '.', 'n'.repeat(250), `${topic}-no`];
      const {topics} = await ask(bootstrap, metadata, 9, {
        topics: names.map(name => ({name})),
        allowAutoTopicCreation: false,
      });
      return names.map(name => said(topics.find(each => each.name === name)!.errorCode));
    },
  },
  ...[10, 11].map(version => ({
    name: `Metadata ${version}: a topic by its id`,
    ask: async (bootstrap: string) => {
      const {topics} = await ask(bootstrap, metadata, version, {
        topics: [{name: null, topicId: Buffer.alloc(16, 7)}],
        allowAutoTopicCreation: false,
      });
      return topics.map(each => said(each.errorCode, each.name));
    },
  })),
  {
    name: 'ListOffsets: times that stand for nothing',
    ask: async (bootstrap, _, topic) => {
      const {topics} = await ask(bootstrap, listOffsets, 7, {
        replicaId: -1,
        topics: [-6n, 5n].map((timestamp, partitionIndex) => ({
          name: topic,
          partitions: [{partitionIndex, timestamp}],
        })),
      });
      return topics
        .flatMap(each => each.partitions)
        .sort((left, right) => left.partitionIndex - right.partitionIndex)
        .map(({errorCode}) => said(errorCode));
    },
  },
  {
    name: 'ListOffsets: the same partition twice',
    ask: async (bootstrap, _, topic) => {
      const {topics} = await ask(bootstrap, listOffsets, 7, {
        replicaId: -1,
        topics: [{name: topic, partitions: [-1n, -2n].map(timestamp => ({partitionIndex: 0, timestamp}))}],
      });
      return topics.flatMap(each => each.partitions.map(({errorCode}) => said(errorCode)));
    },
  },
  {
    name: 'ListOffsets: what is not there',
    ask: async (bootstrap, _, topic) => {
      const {topics} = await ask(bootstrap, listOffsets, 7, {
        replicaId: -1,
        topics: [
          {name: topic, partitions: [{partitionIndex: 9, timestamp: -1n}]},
          {name: `${topic}-no`, partitions: [{partitionIndex: 0, timestamp: -1n}]},
        ],
      });
      return [topic, `${topic}-no`].flatMap(name =>
        topics.find(each => each.name === name)!.partitions.map(({errorCode}) => said(errorCode)),
      );
    },
  },
  {
    name: 'DeleteGroups: unknown, and none',
    ask: async (bootstrap, _, topic) => {
      const {results} = await ask(bootstrap, deleteGroups, 2, {groupsNames: [`${topic}-group`, '']});
      return [`${topic}-group`, ''].map(id => said(results.find(each => each.groupId === id)!.errorCode));
    },
  },
  {
    name: 'OffsetDelete: of a group that nobody knows',
    ask: async (bootstrap, _, topic) => {
      const {errorCode} = await ask(bootstrap, offsetDelete, 0, {
        groupId: `${topic}-group`,
        topics: [{name: topic, partitions: [{partitionIndex: 0}]}],
      });
      return [said(errorCode)];
    },
  },
  {
    name: 'FindCoordinator: of an unknown kind, and without a name',
    ask: async bootstrap => {
      const kinds = await ask(bootstrap, findCoordinator, 4, {keyType: 7, coordinatorKeys: ['x']}).then(
        ({coordinators}) => coordinators.map(each => said(each.errorCode)),
        () => [said(-99, 'hangs up')],
      );
      const none = await ask(bootstrap, findCoordinator, 4, {keyType: 0, coordinatorKeys: ['']});
      return [...kinds, ...none.coordinators.map(each => said(each.errorCode))];
    },
  },
];

function said(code: number, message: string | null = null) {
  return {code, message};
}

function assigned(...parts: readonly (readonly [number, readonly number[]])[]): NewTopic {
  return {
    numPartitions: open,
    replicationFactor: open,
    assignments: parts.map(([partitionIndex, brokerIds]) => ({partitionIndex, brokerIds})),
  };
}

function create(
  name: string,
  wanted: (node: number, topic: string) => readonly NewTopic[],
  validateOnly = false,
): OddRequest {
  return {
    name: `CreateTopics: ${name}`,
    async ask(bootstrap, node, topic) {
      const topics = wanted(node, topic).map(each => ({
        name: `${topic}-made`,
        numPartitions: 1,
        replicationFactor: each.assignments ? open : 1,
        ...each,
      }));
      const answer = await ask(bootstrap, createTopics, 7, {...allNames, validateOnly, topics});
      return answer.topics.map(({errorCode, errorMessage}) => said(errorCode, errorMessage));
    },
  };
}

function grow(
  name: string,
  wanted: (
    node: number,
    topic: string,
  ) => readonly {
    name?: string;
    count: number;
    assignments: {brokerIds: number[]}[] | null;
  }[],
): OddRequest {
  return {
    name: `CreatePartitions: ${name}`,
    async ask(bootstrap, node, topic) {
      const topics = wanted(node, topic).map(each => ({name: topic, ...each}));
      const {results} = await ask(bootstrap, createPartitions, 3, {...allNames, topics});
      return results.map(({errorCode, errorMessage}) => said(errorCode, errorMessage));
    },
  };
}

function remove(
  name: string,
  wanted: (topic: string) => readonly {name: string | null; topicId?: Buffer}[],
): OddRequest {
  return {
    name: `DeleteTopics: ${name}`,
    async ask(bootstrap, _, topic) {
      const {responses} = await ask(bootstrap, deleteTopics, 6, {timeoutMs: 10_000, topics: wanted(topic)});
      return responses.map(({errorCode, errorMessage}) => said(errorCode, errorMessage));
    },
  };
}

function clear(
  name: string,
  wanted: (
    topic: string,
  ) => readonly {name: string; partitions: {partitionIndex: number; offset: bigint}[]}[],
): OddRequest {
  return {
    name: `DeleteRecords: ${name}`,
    async ask(bootstrap, _, topic) {
      const {topics} = await ask(bootstrap, deleteRecords, 2, {timeoutMs: 10_000, topics: wanted(topic)});
      return topics.flatMap(({partitions}) =>
        partitions.map(({errorCode, lowWatermark}) => said(errorCode, String(lowWatermark))),
      );
    },
  };
}

/** `how`: 0 with AlterConfigs, 1 with IncrementalAlterConfigs. */
function alter(
  how: number,
  name: string,
  values: readonly (readonly [string, string | null])[],
  resourceType = topicType,
  resourceName: (topic: string) => string = topic => topic,
): OddRequest {
  const api = how === 0 ? alterConfigs : incrementalAlterConfigs;
  return {
    name: `${api.name}: ${name}`,
    async ask(bootstrap, _, topic) {
      const configs = values.map(([config, value]) => ({name: config, value, configOperation: 0}));
      const resources = [{resourceType, resourceName: resourceName(topic), configs}];
      const answer = await ask(bootstrap, api as typeof incrementalAlterConfigs, 1, {resources});
      return answer.responses.map(({errorCode, errorMessage}) => said(errorCode, errorMessage));
    },
  };
}

function operate(name: string, configOperation: number, config: string, value: string | null): OddRequest {
  return {
    name: `IncrementalAlterConfigs: ${name}`,
    async ask(bootstrap, _, topic) {
      const configs = [{name: config, value, configOperation}];
      const {responses} = await ask(bootstrap, incrementalAlterConfigs, 1, {
        resources: [{resourceType: topicType, resourceName: topic, configs}],
      });
      return responses.map(({errorCode, errorMessage}) => said(errorCode, errorMessage));
    },
  };
}

function describe(name: string, resourceType: number, resourceName: (topic: string) => string): OddRequest {
  return {
    name: `DescribeConfigs: ${name}`,
    async ask(bootstrap, _, topic) {
      const {results} = await ask(bootstrap, describeConfigs, 4, {
        resources: [{resourceType, resourceName: resourceName(topic), configurationKeys: null}],
      });
      return results.map(({errorCode, errorMessage}) => said(errorCode, errorMessage));
    },
  };
}
