import type {Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import {type ListedOffset, listOffsets} from './protocol/list-offsets.ts';

/** One partition's trouble while leaders move or a disk fails: it is left out, and its metadata is asked for anew. */
const ofOnePartition = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'OFFSET_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'UNKNOWN_LEADER_EPOCH',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);

/**
 * Offsets of the partitions of a topic that the cluster was asked for before, by partition; `time` as ListOffsets takes
 * it. A partition that cannot be asked now (no leader, its node away) is left out: it must not stop the others. Rejects
 * where none can be asked though there is a leader, or where the broker refuses for a reason that will stay.
 */
export async function topicOffsets(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
  time: number,
): Promise<Map<number, bigint>> {
  const byLeader = cluster.findLeaderForPartitions(topic, [...partitions]);
  const answers = await Promise.allSettled(
    Object.entries(byLeader).map(async ([nodeId, led]) =>
      listOffsets(await cluster.findBroker({nodeId}), topic, led, time),
    ),
  );
  const offsets = new Map<number, bigint>();
  let failure: unknown = null;
  for (const answer of answers) {
    if (answer.status === 'rejected') failure ??= answer.reason;
    else failure ??= take(answer.value, offsets);
  }
  if (failure !== null) cluster.brokerPool.metadataExpireAt = null;
  if (failure !== null && offsets.size === 0) throw failure;
  return offsets;
}

/** The first error of one of the partitions, or null. One that will stay is thrown. */
function take(listed: readonly ListedOffset[], offsets: Map<number, bigint>): Error | null {
  let failure: Error | null = null;
  for (const {partition, errorType, offset} of listed) {
    if (errorType === null) offsets.set(partition, offset);
    else {
      const error = Object.assign(new Error(errorType), {type: errorType});
      if (!ofOnePartition.has(errorType)) throw error;
      failure ??= error;
    }
  }
  return failure;
}
