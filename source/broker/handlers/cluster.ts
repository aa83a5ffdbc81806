import {errors} from '../errors.ts';
import {apiVersions, describeCluster, findCoordinator, metadata} from '../messages/cluster.ts';
import {checkTopicName, committedOffsets, isInternal} from '../topic-names.ts';
import type {Topic} from '../topics.ts';
import {allowed} from './allowed.ts';
import {answer, type Call, type Handler, nodeId, refusedAs, type State} from './handler.ts';
import {once} from './once.ts';

/** `served` is asked late: this handler is one of those it tells of. */
export const answerApiVersions = (served: () => readonly Handler[]) =>
  answer(apiVersions, (_, {version}) => ({
    errorCode: apiVersions.serves(version) ? 0 : errors.UNSUPPORTED_VERSION,
    apiKeys: served().map(({api}) => ({
      apiKey: api.key,
      minVersion: api.advertised[0],
      maxVersion: api.advertised[1],
    })),
  }));

const brokersFor = ({address}: Call) => [{nodeId, host: address.host, port: address.port, rack: null}];

const noId = Buffer.alloc(16);
/** Earlier versions have the field for it, and refuse it all the same. */
const idsSince = 12;

export const answerMetadata = answer(metadata, (request, call, state) => {
  // In version 0 an empty list asks for all.
  const all = request.topics === null || (call.version === 0 && request.topics.length === 0);
  const named = once(request.topics ?? [], each => each.name ?? each.topicId.toString('hex'));
  const byId = named.some(({name, topicId}) => name === null || !topicId.equals(noId));
  if (byId && call.version < idsSince) {
    const refused = named.map(({name, topicId}) => ({
      errorCode: errors.INVALID_REQUEST,
      name: name ?? '',
      topicId,
    }));
    return {clusterId: state.clusterId, controllerId: nodeId, topics: refused};
  }
  const topics = all
    ? state.topics.all().map(topic => describe(topic))
    : named.map(({name, topicId}) => {
        if (name === null || !topicId.equals(noId)) return describeById(topicId, state);
        const injected = call.errorFor(name, null);
        if (injected !== 0) return {errorCode: injected, name};
        return describeByName(name, request.allowAutoTopicCreation, state);
      });
  return {
    brokers: brokersFor(call),
    clusterId: state.clusterId,
    controllerId: nodeId,
    ...(request.includeClusterAuthorizedOperations && {clusterAuthorizedOperations: allowed.cluster}),
    topics: request.includeTopicAuthorizedOperations
      ? topics.map(topic => ({
          ...topic,
          ...(topic.errorCode === 0 && {topicAuthorizedOperations: allowed.topic}),
        }))
      : topics,
  };
});

function describe(topic: Topic) {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternal(topic.name),
    partitions: topic.partitions.map((_, partitionIndex) => ({
      errorCode: 0,
      partitionIndex,
      leaderId: nodeId,
      leaderEpoch: 0,
      replicaNodes: [nodeId],
      isrNodes: [nodeId],
    })),
  };
}

function describeById(topicId: Buffer, {topics}: State) {
  const topic = topics.withId(topicId);
  return topic ? describe(topic) : {errorCode: errors.UNKNOWN_TOPIC_ID, name: null, topicId};
}

function describeByName(name: string, mayCreate: boolean, {topics, defaults}: State) {
  const topic = topics.get(name);
  if (topic) return describe(topic);
  const {errorCode} = refusedAs(() => checkTopicName(name));
  if (errorCode !== 0) return {errorCode, name};
  if (!mayCreate || !defaults.autoCreateTopics) {
    return {errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION, name, isInternal: isInternal(name)};
  }
  const refused = refusedAs(() => {
    topics.checkName(name);
    if (isInternal(name)) topics.ensureInternal(name);
    else topics.create({name, partitions: defaults.partitions, config: new Map<string, string>()});
  });
  return refused.errorCode === 0 ? describe(topics.get(name)!) : {errorCode: refused.errorCode, name};
}

export const answerDescribeCluster = answer(describeCluster, (request, {address}, {clusterId}) => ({
  errorMessage: null,
  ...(request.includeClusterAuthorizedOperations && {clusterAuthorizedOperations: allowed.cluster}),
  clusterId,
  controllerId: nodeId,
  brokers: [{brokerId: nodeId, host: address.host, port: address.port}],
}));

/** What a coordinator is for, by Kafka's numbers. */
const keyTypes = {group: 0, transaction: 1} as const;

export const answerFindCoordinator = answer(findCoordinator, (request, {version, address}, {topics}) => {
  const {keyType} = request;
  // As with Kafka it comes into being with the first group that is looked for.
  if (keyType === keyTypes.group) topics.ensureInternal(committedOffsets);
  // Kafka's own word for success, which its batched form leaves out.
  const errorMessage = version < 4 ? 'NONE' : '';
  const found =
    keyType === keyTypes.group || keyType === keyTypes.transaction
      ? {nodeId, host: address.host, port: address.port, errorCode: 0, errorMessage}
      : {
          nodeId: -1,
          host: '',
          port: -1,
          errorCode: errors.INVALID_REQUEST,
          errorMessage: `The embedded broker has no coordinator of type ${keyType}.`,
        };
  return version < 4 ? found : {coordinators: request.coordinatorKeys.map(key => ({key, ...found}))};
});
