import {answerApiVersions, answerDescribeCluster, answerFindCoordinator, answerMetadata} from './cluster.ts';
import {answerAlterConfigs, answerDescribeConfigs, answerIncrementalAlterConfigs} from './configs.ts';
import {answerFetch} from './fetch.ts';
import {answerDeleteGroups, answerDescribeGroups, answerListGroups} from './groups.ts';
import type {Handler} from './handler.ts';
import {answerDescribeLogDirs} from './log-dirs.ts';
import {answerHeartbeat, answerJoinGroup, answerLeaveGroup, answerSyncGroup} from './membership.ts';
import {answerOffsetCommit, answerOffsetDelete, answerOffsetFetch} from './offsets-of-groups.ts';
import {answerDeleteRecords, answerListOffsets} from './offsets-of-logs.ts';
import {answerInitProducerId, answerProduce} from './produce.ts';
import {answerCreatePartitions, answerCreateTopics, answerDeleteTopics} from './topics.ts';

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
];

export const handlerByKey: ReadonlyMap<number, Handler> = new Map(handlers.map(each => [each.api.key, each]));
