import * as cluster from './cluster.ts';
import * as groups from './groups.ts';
import * as logDirs from './log-dirs.ts';
import * as membership from './membership.ts';
import * as records from './produce-and-fetch.ts';
import * as topics from './topics.ts';
import * as transactions from './transactions.ts';

/** Every API that the broker speaks, by its name in the code. */
export const apis = {
  ...cluster,
  ...groups,
  ...logDirs,
  ...membership,
  ...records,
  ...topics,
  ...transactions,
};

export type ApiName = (typeof names)[number];

/** Kafka's names of the APIs. */
const names = [
  'Produce',
  'Fetch',
  'ListOffsets',
  'Metadata',
  'OffsetCommit',
  'OffsetFetch',
  'FindCoordinator',
  'JoinGroup',
  'Heartbeat',
  'LeaveGroup',
  'SyncGroup',
  'DescribeGroups',
  'ListGroups',
  'ApiVersions',
  'CreateTopics',
  'DeleteTopics',
  'DeleteRecords',
  'InitProducerId',
  'AddPartitionsToTxn',
  'AddOffsetsToTxn',
  'EndTxn',
  'TxnOffsetCommit',
  'DescribeConfigs',
  'DescribeLogDirs',
  'AlterConfigs',
  'CreatePartitions',
  'DeleteGroups',
  'IncrementalAlterConfigs',
  'OffsetDelete',
  'DescribeCluster',
  'DescribeProducers',
  'DescribeTransactions',
  'ListTransactions',
] as const;
