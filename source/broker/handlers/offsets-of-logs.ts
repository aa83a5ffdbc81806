import {errors, refusalOf} from '../errors.ts';
import type {PartitionLog} from '../log/partition-log.ts';
import {deleteRecords, listOffsets} from '../messages/produce-and-fetch.ts';
import {isInternal} from '../topic-names.ts';
import {answer} from './handler.ts';

/** Times that stand for a place in the log. */
const latest = -1n;
const earliest = -2n;
const newestRecord = -3n;

export const answerListOffsets = answer(listOffsets, (request, call, {topics}) => ({
  topics: request.topics.map(({name, partitions}) => ({
    name,
    partitions: once(partitions).map(({one: {partitionIndex, timestamp}, twice}) => {
      const injected = call.errorFor(name, partitionIndex);
      if (injected !== 0) return {partitionIndex, errorCode: injected};
      if (twice) return {partitionIndex, errorCode: errors.INVALID_REQUEST};
      if (timestamp < newestRecord) return {partitionIndex, errorCode: errors.UNSUPPORTED_VERSION};
      const log = topics.partition(name, partitionIndex);
      if (!log) return {partitionIndex, errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION};
      const found = place(log, timestamp);
      return {
        partitionIndex,
        timestamp: BigInt(found?.timestamp ?? -1),
        offset: BigInt(found?.offset ?? -1),
        leaderEpoch: found ? 0 : -1,
      };
    }),
  })),
}));

/** Each partition once, and whether it was asked for more often. */
function once<T extends {readonly partitionIndex: number}>(partitions: readonly T[]) {
  const byIndex = new Map<number, {one: T; twice: boolean}>();
  for (const one of partitions) {
    byIndex.set(one.partitionIndex, {one, twice: byIndex.has(one.partitionIndex)});
  }
  return [...byIndex.values()];
}

function place(log: PartitionLog, timestamp: bigint): {offset: number; timestamp: number} | null {
  if (timestamp === latest) return {offset: log.end, timestamp: -1};
  if (timestamp === earliest) return {offset: log.start, timestamp: -1};
  if (timestamp === newestRecord) return log.newest();
  return timestamp < 0n ? null : log.findTimestamp(Number(timestamp));
}

export const answerDeleteRecords = answer(deleteRecords, (request, call, {topics}) => ({
  topics: request.topics.map(({name, partitions}) => ({
    name,
    partitions: partitions.map(({partitionIndex, offset}) => {
      const refused = (errorCode: number) => ({partitionIndex, errorCode, lowWatermark: -1n});
      const injected = call.errorFor(name, partitionIndex);
      if (injected !== 0) return refused(injected);
      const log = topics.partition(name, partitionIndex);
      if (isInternal(name)) return refused(errors.INVALID_TOPIC_EXCEPTION);
      if (!log) return refused(errors.UNKNOWN_TOPIC_OR_PARTITION);
      try {
        return {partitionIndex, lowWatermark: BigInt(log.deleteBelow(Number(offset)))};
      } catch (error) {
        return refused(refusalOf(error).code);
      }
    }),
  })),
}));
