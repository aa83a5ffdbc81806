import {Api} from '../codec/api.ts';
import {bool, int16, int32, int64, list, listOf, text, textOrNull} from '../codec/fields.ts';

/** From version 4 on only brokers send it to each other. */
export const addPartitionsToTxn = new Api('AddPartitionsToTxn', {
  key: 24,
  versions: [0, 3],
  flexible: 3,
  request: {
    v3AndBelowTransactionalId: text(),
    v3AndBelowProducerId: int64(),
    v3AndBelowProducerEpoch: int16(),
    v3AndBelowTopics: list({
      name: text(),
      partitions: listOf(int32()),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    resultsByTopicV3AndBelow: list({
      name: text(),
      resultsByPartition: list({
        partitionIndex: int32(),
        partitionErrorCode: int16(),
      }),
    }),
  },
});

export const addOffsetsToTxn = new Api('AddOffsetsToTxn', {
  key: 25,
  versions: [0, 4],
  flexible: 3,
  request: {
    transactionalId: text(),
    producerId: int64(),
    producerEpoch: int16(),
    groupId: text(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
  },
});

/** Version 5 would raise the epoch with every transaction (KIP-890), which is not promised here. */
export const endTxn = new Api('EndTxn', {
  key: 26,
  versions: [0, 4],
  flexible: 3,
  request: {
    transactionalId: text(),
    producerId: int64(),
    producerEpoch: int16(),
    committed: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
  },
});

/** Version 5 would add the group to the transaction by itself (KIP-890). */
export const txnOffsetCommit = new Api('TxnOffsetCommit', {
  key: 28,
  versions: [0, 4],
  flexible: 3,
  request: {
    transactionalId: text(),
    groupId: text(),
    producerId: int64(),
    producerEpoch: int16(),
    generationId: int32({since: 3, default: -1}),
    memberId: text({since: 3}),
    groupInstanceId: textOrNull(3, {since: 3}),
    topics: list({
      name: text(),
      partitions: list({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32({since: 2, default: -1}),
        committedMetadata: textOrNull(0, {default: ''}),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    topics: list({
      name: text(),
      partitions: list({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  },
});

export const describeTransactions = new Api('DescribeTransactions', {
  key: 65,
  versions: [0, 0],
  flexible: 0,
  request: {
    transactionalIds: listOf(text()),
  },
  response: {
    throttleTimeMs: int32(),
    transactionStates: list({
      errorCode: int16(),
      transactionalId: text(),
      transactionState: text(),
      transactionTimeoutMs: int32(),
      transactionStartTimeMs: int64(),
      producerId: int64(),
      producerEpoch: int16(),
      topics: list({
        topic: text(),
        partitions: listOf(int32()),
      }),
    }),
  },
});

export const listTransactions = new Api('ListTransactions', {
  key: 66,
  versions: [0, 1],
  flexible: 0,
  request: {
    stateFilters: listOf(text()),
    producerIdFilters: listOf(int64()),
    durationFilter: int64({since: 1, default: -1n}),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    unknownStateFilters: listOf(text()),
    transactionStates: list({
      transactionalId: text(),
      producerId: int64(),
      transactionState: text(),
    }),
  },
});

export const describeProducers = new Api('DescribeProducers', {
  key: 61,
  versions: [0, 0],
  flexible: 0,
  request: {
    topics: list({
      name: text(),
      partitionIndexes: listOf(int32()),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    topics: list({
      name: text(),
      partitions: list({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: textOrNull(0),
        activeProducers: list({
          producerId: int64(),
          producerEpoch: int32(),
          lastSequence: int32({default: -1}),
          lastTimestamp: int64({default: -1n}),
          coordinatorEpoch: int32(),
          currentTxnStartOffset: int64({default: -1n}),
        }),
      }),
    }),
  },
});
