import {errors, refusalOf} from '../errors.ts';
import type {PartitionLog} from '../log/partition-log.ts';
import {deleteRecords, listOffsets} from '../messages/produce-and-fetch.ts';
import {isInternal} from '../topic-names.ts';
import {answer} from './handler.ts';

/** Times that stand for a place in the log. */
const latest = -1n;
const earliest = -2n;
const newestRecord = -3n;
/** Kafka knows that place from this version of the request on. */
const newestRecordSince = 7;
const readCommitted = 1;

type Place = {readonly offset: number; readonly timestamp: number};

export const answerListOffsets = answer(listOffsets, (request, call, {topics}) => ({
  topics: request.topics.map(({name, partitions}) => ({
    name,
    partitions: once(partitions).map(({one: {partitionIndex, timestamp}, twice}) => {
      const injected = call.errorFor(name, partitionIndex);
      if (injected !== 0) return {partitionIndex, errorCode: injected};
      if (twice) return {partitionIndex, errorCode: errors.INVALID_REQUEST};
      if (timestamp < (call.version < newestRecordSince ? earliest : newestRecord))
        return {partitionIndex, errorCode: errors.UNSUPPORTED_VERSION};
      const log = topics.partition(name, partitionIndex);
      if (!log) return {partitionIndex, errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION};
      const limit = request.isolationLevel === readCommitted ? log.stable : log.end;
      const found = place(log, timestamp, limit);
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

/** A reader of committed records learns of none from `limit` on, where not all is decided. */
function place(log: PartitionLog, timestamp: bigint, limit: number): Place | null {
  if (timestamp === latest) return {offset: limit, timestamp: -1};
  if (timestamp === earliest) return {offset: log.start, timestamp: -1};
  const found =
    timestamp === newestRecord ? log.newest() : timestamp < 0n ? null : log.findTimestamp(Number(timestamp));
  return found && found.offset < limit ? found : null;
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
