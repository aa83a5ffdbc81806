import {answerApiVersions, answerDescribeCluster, answerFindCoordinator, answerMetadata} from './cluster.ts';
import {answerAlterConfigs, answerDescribeConfigs, answerIncrementalAlterConfigs} from './configs.ts';
import {
  answerDescribeProducers,
  answerDescribeTransactions,
  answerListTransactions,
} from './described-transactions.ts';
import {answerFetch} from './fetch.ts';
import {answerDeleteGroups, answerDescribeGroups, answerListGroups} from './groups.ts';
import type {Handler} from './handler.ts';
import {answerDescribeLogDirs} from './log-dirs.ts';
import {answerHeartbeat, answerJoinGroup, answerLeaveGroup, answerSyncGroup} from './membership.ts';
import {
  answerOffsetCommit,
  answerOffsetDelete,
  answerOffsetFetch,
  answerTxnOffsetCommit,
} from './offsets-of-groups.ts';
import {answerDeleteRecords, answerListOffsets} from './offsets-of-logs.ts';
import {answerProduce} from './produce.ts';
import {answerCreatePartitions, answerCreateTopics, answerDeleteTopics} from './topics.ts';
import {
  answerAddOffsetsToTxn,
  answerAddPartitionsToTxn,
  answerEndTxn,
  answerInitProducerId,
} from './transactions.ts';

const handlers: readonly Handler[] = [
  answerApiVersions(() => handlers),
  answerMetadata,
  answerDescribeCluster,
  answerFindCoordinator,
  answerProduce,
  answerInitProducerId,
  answerFetch,
  answerListOffsets,
  answerDeleteRecords,
  answerCreateTopics,
  answerDeleteTopics,
  answerCreatePartitions,
  answerDescribeConfigs,
  answerAlterConfigs,
  answerIncrementalAlterConfigs,
  answerDescribeLogDirs,
  answerJoinGroup,
  answerSyncGroup,
  answerHeartbeat,
  answerLeaveGroup,
  answerOffsetCommit,
  answerOffsetFetch,
  answerOffsetDelete,
  answerDescribeGroups,
  answerListGroups,
  answerDeleteGroups,
  answerAddPartitionsToTxn,
  answerAddOffsetsToTxn,
  answerTxnOffsetCommit,
  answerEndTxn,
  answerDescribeTransactions,
  answerListTransactions,
  answerDescribeProducers,
];

export const handlerByKey: ReadonlyMap<number, Handler> = new Map(handlers.map(each => [each.api.key, each]));
