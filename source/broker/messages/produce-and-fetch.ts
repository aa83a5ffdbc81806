import {Api} from '../codec/api.ts';
import {
  int8,
  int16,
  int32,
  int64,
  list,
  listOf,
  listOrNull,
  records,
  struct,
  text,
  textOrNull,
  uuid,
} from '../codec/fields.ts';

export const produce = new Api('Produce', {
  key: 0,
  versions: [0, 11],
  advertised: [0, 11],
  flexible: 9,
  request: {
    transactionalId: textOrNull(3, {since: 3}),
    acks: int16(),
    timeoutMs: int32(),
    topicData: list({
      name: text(),
      partitionData: list({
        index: int32(),
        records: records(0),
      }),
    }),
  },
  response: {
    responses: list({
      name: text(),
      partitionResponses: list({
        index: int32(),
        errorCode: int16(),
        baseOffset: int64(),
        logAppendTimeMs: int64({since: 2, default: -1n}),
        logStartOffset: int64({since: 5, default: -1n}),
        recordErrors: list(
          {
            batchIndex: int32({since: 8}),
            batchIndexErrorMessage: textOrNull(8, {since: 8}),
          },
          {since: 8},
        ),
        errorMessage: textOrNull(8, {since: 8}),
        currentLeader: struct(
          {
            leaderId: int32({since: 10, default: -1}),
            leaderEpoch: int32({since: 10, default: -1}),
          },
          {since: 10, tag: 0},
        ),
      }),
    }),
    throttleTimeMs: int32({since: 1}),
    nodeEndpoints: list(
      {
        nodeId: int32({since: 10}),
        host: text({since: 10}),
        port: int32({since: 10}),
        rack: textOrNull(10, {since: 10}),
      },
      {since: 10, tag: 0},
    ),
  },
});

export const fetch = new Api('Fetch', {
  key: 1,
  versions: [4, 18],
  flexible: 12,
  request: {
    clusterId: textOrNull(12, {since: 12, tag: 0}),
    replicaId: int32({until: 14, default: -1}),
    replicaState: struct(
      {
        replicaId: int32({since: 15, default: -1}),
        replicaEpoch: int64({since: 15, default: -1n}),
      },
      {since: 15, tag: 1},
    ),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({default: 2147483647}),
    isolationLevel: int8(),
    sessionId: int32({since: 7}),
    sessionEpoch: int32({since: 7, default: -1}),
    topics: list({
      topic: text({until: 12}),
      topicId: uuid({since: 13}),
      partitions: list({
        partition: int32(),
        currentLeaderEpoch: int32({since: 9, default: -1}),
        fetchOffset: int64(),
        lastFetchedEpoch: int32({since: 12, default: -1}),
        logStartOffset: int64({since: 5, default: -1n}),
        partitionMaxBytes: int32(),
        replicaDirectoryId: uuid({since: 17, tag: 0}),
        highWatermark: int64({since: 18, tag: 1, default: 2n ** 63n - 1n}),
      }),
    }),
    forgottenTopicsData: list(
      {
        topic: text({since: 7, until: 12}),
        topicId: uuid({since: 13}),
        partitions: listOf(int32(), {since: 7}),
      },
      {since: 7},
    ),
    rackId: text({since: 11}),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16({since: 7}),
    sessionId: int32({since: 7}),
    responses: list({
      topic: text({until: 12}),
      topicId: uuid({since: 13}),
      partitions: list({
        partitionIndex: int32(),
        errorCode: int16(),
        highWatermark: int64(),
        lastStableOffset: int64({default: -1n}),
        logStartOffset: int64({since: 5, default: -1n}),
        divergingEpoch: struct(
          {
            epoch: int32({since: 12, default: -1}),
            endOffset: int64({since: 12, default: -1n}),
          },
          {since: 12, tag: 0},
        ),
        currentLeader: struct(
          {
            leaderId: int32({since: 12, default: -1}),
            leaderEpoch: int32({since: 12, default: -1}),
          },
          {since: 12, tag: 1},
        ),
        snapshotId: struct(
          {
            endOffset: int64({default: -1n}),
            epoch: int32({default: -1}),
          },
          {since: 12, tag: 2},
        ),
        abortedTransactions: listOrNull(4, {
          producerId: int64(),
          firstOffset: int64(),
        }),
        preferredReadReplica: int32({since: 11, default: -1}),
        records: records(0),
      }),
    }),
    nodeEndpoints: list(
      {
        nodeId: int32({since: 16}),
        host: text({since: 16}),
        port: int32({since: 16}),
        rack: textOrNull(16, {since: 16}),
      },
      {since: 16, tag: 0},
    ),
  },
});

export const listOffsets = new Api('ListOffsets', {
  key: 2,
  versions: [1, 7],
  flexible: 6,
  request: {
    replicaId: int32(),
    isolationLevel: int8({since: 2}),
    topics: list({
      name: text(),
      partitions: list({
        partitionIndex: int32(),
        currentLeaderEpoch: int32({since: 4, default: -1}),
        timestamp: int64(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({since: 2}),
    topics: list({
      name: text(),
      partitions: list({
        partitionIndex: int32(),
        errorCode: int16(),
        timestamp: int64({default: -1n}),
        offset: int64({default: -1n}),
        leaderEpoch: int32({since: 4, default: -1}),
      }),
    }),
  },
});

export const deleteRecords = new Api('DeleteRecords', {
  key: 21,
  versions: [0, 2],
  flexible: 2,
  request: {
    topics: list({
      name: text(),
      partitions: list({
        partitionIndex: int32(),
        offset: int64(),
      }),
    }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32(),
    topics: list({
      name: text(),
      partitions: list({
        partitionIndex: int32(),
        lowWatermark: int64(),
        errorCode: int16(),
      }),
    }),
  },
});

export const initProducerId = new Api('InitProducerId', {
  key: 22,
  versions: [0, 5],
  flexible: 2,
  request: {
    transactionalId: textOrNull(0, {default: ''}),
    transactionTimeoutMs: int32(),
    producerId: int64({since: 3, default: -1n}),
    producerEpoch: int16({since: 3, default: -1}),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    producerId: int64({default: -1n}),
    producerEpoch: int16(),
  },
});
