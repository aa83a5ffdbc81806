import {Refusal} from '../errors.ts';
import {createPartitions, createTopics, deleteTopics} from '../messages/topics.ts';
import {knownConfigs} from '../topic-config.ts';
import type {NewTopic, Topic} from '../topics.ts';
import {sourceOf} from './configs.ts';
import {answer, nodeId, refusedAs, type State} from './handler.ts';

/** "The broker may choose." */
const open = -1;

export const answerCreateTopics = answer(createTopics, (request, call, state) => {
  const counts = new Map<string, number>();
  for (const {name} of request.topics) counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    topics: request.topics.map(asked => {
      const {name} = asked;
      const refused = refusedAs(
        () => {
          if (counts.get(name) !== 1) {
            throw new Refusal('INVALID_REQUEST', 'The same topic stands twice in the request.');
          }
          const wanted = wantedTopic(asked, state);
          if (request.validateOnly) state.topics.check(wanted);
          else state.topics.create(wanted);
        },
        call.errorFor(name, null),
      );
      const topic = refused.errorCode === 0 ? state.topics.get(name) : undefined;
      if (!topic) return {name, ...refused, configs: null};
      return {
        name,
        ...refused,
        topicId: topic.id,
        numPartitions: topic.partitions.length,
        replicationFactor: 1,
        configs: configsOf(topic),
      };
    }),
  };
});

type Asked = {
  name: string;
  numPartitions: number;
  replicationFactor: number;
  assignments: {partitionIndex: number; brokerIds: number[]}[];
  configs: {name: string; value: string | null}[];
};

function wantedTopic(asked: Asked, {defaults}: State): NewTopic {
  const config = new Map<string, string>();
  for (const {name, value} of asked.configs) {
    if (value === null) throw new Refusal('INVALID_CONFIG', `Null value for configuration ${name}`);
    config.set(name, value);
  }
  if (asked.assignments.length > 0) {
    if (asked.numPartitions !== open || asked.replicationFactor !== open) {
      throw new Refusal('INVALID_REQUEST', 'Either numbers or an assignment, not both.');
    }
    const wrong = asked.assignments.some(
      ({partitionIndex, brokerIds}) =>
        partitionIndex < 0 ||
        partitionIndex >= asked.assignments.length ||
        brokerIds.length !== 1 ||
        brokerIds[0] !== nodeId,
    );
    if (wrong) throw new Refusal('INVALID_REPLICA_ASSIGNMENT', `There is one broker, ${nodeId}.`);
    return {name: asked.name, partitions: asked.assignments.length, config};
  }
  if (asked.replicationFactor !== open && asked.replicationFactor !== 1) {
    const sentence =
      asked.replicationFactor < 1
        ? 'Replication factor must be larger than 0.'
        : `Replication factor: ${asked.replicationFactor} larger than available brokers: 1.`;
    throw new Refusal('INVALID_REPLICATION_FACTOR', sentence);
  }
  const partitions = asked.numPartitions === open ? defaults.partitions : asked.numPartitions;
  return {name: asked.name, partitions, config};
}

function configsOf(topic: Topic) {
  return Object.keys(knownConfigs).map(name => ({
    name,
    value: topic.config.value(name),
    readOnly: false,
    configSource: sourceOf(topic.config, name),
    isSensitive: false,
  }));
}

export const answerDeleteTopics = answer(deleteTopics, (request, call, {topics, groups}) => {
  const wanted =
    call.version >= 6 ? request.topics : request.topicNames.map(name => ({name, topicId: Buffer.alloc(16)}));
  return {
    responses: wanted.map(({name, topicId}) => {
      const topic = name === null ? topics.withId(topicId) : topics.get(name);
      const refused = refusedAs(
        () => {
          if (!topic) throw new Refusal(name === null ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION');
          topics.delete(topic);
          groups.forgetTopic(topic.name);
        },
        call.errorFor(topic?.name ?? name ?? '', null),
      );
      return {name: topic?.name ?? name, topicId: topic?.id ?? topicId, ...refused};
    }),
  };
});

export const answerCreatePartitions = answer(createPartitions, (request, call, {topics}) => ({
  results: request.topics.map(({name, count, assignments}) => ({
    name,
    ...refusedAs(
      () => {
        const topic = topics.get(name);
        if (!topic) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `The topic ${name} does not exist.`);
        if (assignments?.some(({brokerIds}) => brokerIds.length !== 1 || brokerIds[0] !== nodeId)) {
          throw new Refusal('INVALID_REPLICA_ASSIGNMENT', `There is one broker, ${nodeId}.`);
        }
        topics.grow(topic, count, request.validateOnly);
      },
      call.errorFor(name, null),
    ),
  })),
}));
