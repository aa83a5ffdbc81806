import {Refusal, refusalOf} from '../errors.ts';
import {createPartitions, createTopics, deleteTopics} from '../messages/topics.ts';
import {checkConfig, knownConfigs, type TopicConfig} from '../topic-config.ts';
import {committedOffsets} from '../topic-names.ts';
import type {NewTopic, Topic} from '../topics.ts';
import {checkMoreAssignments, checkNewAssignments} from './assignments.ts';
import {sourceOf} from './described-configs.ts';
import {answer, refusedAs, type State} from './handler.ts';

/** "The broker may choose." */
const open = -1;
/** In one request; Kafka's own limit. */
const mostPartitions = 10_000;

export const answerCreateTopics = answer(createTopics, (request, call, state) => {
  const {topics} = state;
  // All names are held against the topics of before the request, as Kafka does.
  const asked = distinct(request.topics, each => each.name).map(each => ({
    ...each,
    refused: refusalIn(() => {
      if (each.twice) throw twiceInRequest();
      topics.checkName(each.one.name);
      if (partitionsIn(request.topics, state) > mostPartitions) {
        throw new Refusal('POLICY_VIOLATION', 'Excessively large number of partitions per request.');
      }
    }),
  }));
  return {
    topics: asked.map(({one, refused: before}) => {
      const {name} = one;
      let made: (Omit<Topic, 'partitions'> & {readonly count: number}) | undefined;
      const refused = refusedAs(
        () => {
          if (before) throw before;
          const wanted = wantedTopic(one, state);
          const topic = request.validateOnly ? topics.planned(wanted) : topics.create(wanted);
          made = {...topic, count: wanted.partitions};
        },
        call.errorFor(name, null),
      );
      if (!made) return {name, ...refused, configs: null};
      return {
        name,
        ...refused,
        topicId: made.id,
        numPartitions: made.count,
        replicationFactor: 1,
        configs: configsOf(made.config),
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

function partitionsIn(asked: readonly Asked[], {defaults}: State): number {
  return asked.reduce((sum, {assignments, numPartitions}) => {
    if (assignments.length > 0) return sum + assignments.length;
    return sum + (numPartitions === open ? defaults.partitions : Math.max(0, numPartitions));
  }, 0);
}

function wantedTopic(asked: Asked, {defaults}: State): NewTopic {
  const {name, numPartitions, replicationFactor, assignments} = asked;
  const config = new Map<string, string>();
  for (const {name: setting, value} of asked.configs) {
    if (value === null) {
      throw new Refusal('INVALID_CONFIG', `Null value not supported for topic configs: ${setting}`);
    }
    config.set(setting, value);
  }
  for (const [setting, value] of config) checkConfig(setting, value);
  if (assignments.length > 0) {
    for (const [what, count] of [
      ['replication factor', replicationFactor],
      ['numPartitions', numPartitions],
    ] as const) {
      if (count === open) continue;
      throw new Refusal(
        'INVALID_REQUEST',
        `A manual partition assignment was specified, but ${what} was not set to -1.`,
      );
    }
    checkNewAssignments(assignments);
    return {name, partitions: assignments.length, config};
  }
  if (replicationFactor < 1 && replicationFactor !== open) {
    throw new Refusal(
      'INVALID_REPLICATION_FACTOR',
      'Replication factor must be larger than 0, or -1 to use the default value.',
    );
  }
  const partitions = numPartitions === open ? defaults.partitions : numPartitions;
  if (replicationFactor > 1 && partitions > 0) {
    throw new Refusal(
      'INVALID_REPLICATION_FACTOR',
      `Unable to replicate the partition ${replicationFactor} time(s): The target replication factor of ${replicationFactor} cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.`,
    );
  }
  return {name, partitions, config};
}

/** Each name once, and whether it stood there more often. */
function distinct<T>(asked: readonly T[], keyOf: (one: T) => string): {one: T; twice: boolean}[] {
  const byKey = new Map<string, {one: T; twice: boolean}>();
  for (const one of asked) {
    const key = keyOf(one);
    const before = byKey.get(key);
    if (before) before.twice = true;
    else byKey.set(key, {one, twice: false});
  }
  return [...byKey.values()];
}

function twiceInRequest(): Refusal {
  return new Refusal('INVALID_REQUEST', 'Duplicate topic name.');
}

function refusalIn(check: () => void): Refusal | null {
  try {
    check();
    return null;
  } catch (error) {
    return refusalOf(error);
  }
}

function configsOf(config: TopicConfig) {
  return Object.keys(knownConfigs).map(name => ({
    name,
    value: config.value(name),
    readOnly: false,
    configSource: sourceOf(config, name),
    isSensitive: false,
  }));
}

const noId = Buffer.alloc(16);

export const answerDeleteTopics = answer(deleteTopics, (request, call, {topics, groups}) => {
  const wanted = call.version >= 6 ? request.topics : request.topicNames.map(name => ({name, topicId: noId}));
  const keyOf = ({name, topicId}: (typeof wanted)[number]) => name ?? `id ${topicId.toString('hex')}`;
  return {
    responses: distinct(wanted, keyOf).map(({one: {name, topicId}, twice}) => {
      const topic = name === null ? topics.withId(topicId) : topics.get(name);
      const refused = refusedAs(
        () => {
          const named = name !== null;
          const hasId = !topicId.equals(noId);
          if (named && hasId) {
            throw new Refusal('INVALID_REQUEST', 'You may not specify both topic name and topic id.');
          }
          if (!named && !hasId) {
            throw new Refusal('INVALID_REQUEST', 'Neither topic name nor id were specified.');
          }
          if (twice) throw named ? twiceInRequest() : new Refusal('INVALID_REQUEST', 'Duplicate topic id.');
          if (!topic) {
            throw named
              ? new Refusal('UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.')
              : new Refusal('UNKNOWN_TOPIC_ID', 'This server does not host this topic ID.');
          }
          topics.delete(topic);
          groups.forgetTopic(topic.name);
          if (topic.name === committedOffsets) groups.forgetOffsets();
        },
        call.errorFor(topic?.name ?? name ?? '', null),
      );
      return {name: topic?.name ?? name, topicId: topic?.id ?? topicId, ...refused};
    }),
  };
});

export const answerCreatePartitions = answer(createPartitions, (request, call, {topics}) => ({
  results: distinct(request.topics, each => each.name).map(({one: {name, count, assignments}, twice}) => ({
    name,
    ...refusedAs(
      () => {
        if (twice) throw twiceInRequest();
        const topic = topics.get(name);
        if (!topic) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', null);
        topics.grow(topic, count, true);
        if (assignments) checkMoreAssignments(assignments, count - topic.partitions.length);
        topics.grow(topic, count, request.validateOnly);
      },
      call.errorFor(name, null),
    ),
  })),
}));
