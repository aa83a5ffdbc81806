import {Api} from '../codec/api.ts';
import {
  bool,
  int8,
  int16,
  int32,
  int64,
  list,
  listOf,
  listOrNull,
  text,
  textOrNull,
  uuid,
} from '../codec/fields.ts';

export const apiVersions = new Api('ApiVersions', {
  key: 18,
  versions: [0, 4],
  flexible: 3,
  request: {
    clientSoftwareName: text({since: 3}),
    clientSoftwareVersion: text({since: 3}),
  },
  response: {
    errorCode: int16(),
    apiKeys: list({
      apiKey: int16(),
      minVersion: int16(),
      maxVersion: int16(),
    }),
    throttleTimeMs: int32({since: 1}),
    supportedFeatures: list(
      {
        name: text({since: 3}),
        minVersion: int16({since: 3}),
        maxVersion: int16({since: 3}),
      },
      {since: 3, tag: 0},
    ),
    finalizedFeaturesEpoch: int64({since: 3, tag: 1, default: -1n}),
    finalizedFeatures: list(
      {
        name: text({since: 3}),
        maxVersionLevel: int16({since: 3}),
        minVersionLevel: int16({since: 3}),
      },
      {since: 3, tag: 2},
    ),
    zkMigrationReady: bool({since: 3, tag: 3}),
  },
});

export const metadata = new Api('Metadata', {
  key: 3,
  versions: [0, 12],
  flexible: 9,
  request: {
    topics: listOrNull(1, {
      topicId: uuid({since: 10}),
      name: textOrNull(10, {default: ''}),
    }),
    allowAutoTopicCreation: bool({since: 4, default: true}),
    includeClusterAuthorizedOperations: bool({since: 8, until: 10}),
    includeTopicAuthorizedOperations: bool({since: 8}),
  },
  response: {
    throttleTimeMs: int32({since: 3}),
    brokers: list({
      nodeId: int32(),
      host: text(),
      port: int32(),
      rack: textOrNull(1, {since: 1}),
    }),
    clusterId: textOrNull(2, {since: 2}),
    controllerId: int32({since: 1, default: -1}),
    topics: list({
      errorCode: int16(),
      name: textOrNull(12, {default: ''}),
      topicId: uuid({since: 10}),
      isInternal: bool({since: 1}),
      partitions: list({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({since: 7, default: -1}),
        replicaNodes: listOf(int32()),
        isrNodes: listOf(int32()),
        offlineReplicas: listOf(int32(), {since: 5}),
      }),
      topicAuthorizedOperations: int32({since: 8, default: -2147483648}),
    }),
    clusterAuthorizedOperations: int32({since: 8, until: 10, default: -2147483648}),
  },
});

export const describeCluster = new Api('DescribeCluster', {
  key: 60,
  versions: [0, 1],
  flexible: 0,
  request: {
    includeClusterAuthorizedOperations: bool(),
    endpointType: int8({since: 1, default: 1}),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: textOrNull(0),
    endpointType: int8({since: 1, default: 1}),
    clusterId: text(),
    controllerId: int32({default: -1}),
    brokers: list({
      brokerId: int32(),
      host: text(),
      port: int32(),
      rack: textOrNull(0),
    }),
    clusterAuthorizedOperations: int32({default: -2147483648}),
  },
});

export const findCoordinator = new Api('FindCoordinator', {
  key: 10,
  versions: [0, 4],
  flexible: 3,
  request: {
    key: text({until: 3}),
    keyType: int8({since: 1}),
    coordinatorKeys: listOf(text(), {since: 4}),
  },
  response: {
    throttleTimeMs: int32({since: 1}),
    errorCode: int16({until: 3}),
    errorMessage: textOrNull(1, {since: 1, until: 3, default: ''}),
    nodeId: int32({until: 3}),
    host: text({until: 3}),
    port: int32({until: 3}),
    coordinators: list(
      {
        key: text({since: 4}),
        nodeId: int32({since: 4}),
        host: text({since: 4}),
        port: int32({since: 4}),
        errorCode: int16({since: 4}),
        errorMessage: textOrNull(4, {since: 4, default: ''}),
      },
      {since: 4},
    ),
  },
});
