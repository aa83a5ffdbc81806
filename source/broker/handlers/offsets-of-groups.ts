import {errors} from '../errors.ts';
import {bytesPerCommit} from '../group/groups.ts';
import type {Offsets} from '../group/offsets.ts';
import {offsetCommit, offsetDelete, offsetFetch} from '../messages/groups.ts';
import {answer, type Call, refusedAs} from './handler.ts';
import {subscribedTopics} from './subscriptions.ts';

const longestMetadata = 4096;
const batchedSince = 8;

export const answerOffsetCommit = answer(offsetCommit, (request, call, {groups, topics}) => {
  const {groupId, memberId, generationIdOrMemberEpoch: generation} = request;
  const known = groups.get(groupId);
  let refused: number =
    groupId === ''
      ? errors.INVALID_GROUP_ID
      : !known && (generation >= 0 || memberId !== '')
        ? errors.ILLEGAL_GENERATION
        : errors[known?.mayCommit(memberId, request.groupInstanceId, generation) ?? 'NONE'];
  const count = request.topics.reduce((sum, each) => sum + each.partitions.length, 0);
  if (refused === 0) refused = refusedAs(() => groups.reserve(count * bytesPerCommit)).errorCode;
  const offsets = refused === 0 ? groups.ensure(groupId).offsets : null;
  return {
    topics: request.topics.map(({name, partitions}) => ({
      name,
      partitions: partitions.map(each => {
        const {partitionIndex} = each;
        const metadata = each.committedMetadata ?? '';
        const errorCode =
          call.errorFor(name, partitionIndex) || refused || check(name, partitionIndex, metadata);
        if (errorCode === 0) {
          const leaderEpoch = each.committedLeaderEpoch;
          offsets!.set(name, partitionIndex, {offset: each.committedOffset, leaderEpoch, metadata});
        }
        return {partitionIndex, errorCode};
      }),
    })),
  };

  function check(topic: string, partition: number, metadata: string): number {
    if (!topics.partition(topic, partition)) return errors.UNKNOWN_TOPIC_OR_PARTITION;
    return metadata.length > longestMetadata ? errors.OFFSET_METADATA_TOO_LARGE : 0;
  }
});

type Asked = {name: string; partitionIndexes: number[]}[] | null;

export const answerOffsetFetch = answer(offsetFetch, (request, call, {groups}) => {
  if (call.version < batchedSince)
    return {topics: fetchOffsets(groups.offsets(request.groupId), request.topics, call)};
  return {
    groups: request.groups.map(({groupId, topics}) => ({
      groupId,
      topics: fetchOffsets(groups.offsets(groupId), topics, call),
    })),
  };
});

/** Null asks for all. What was never committed is −1, also of a group that nobody knows. */
function fetchOffsets(offsets: Offsets | undefined, asked: Asked, call: Call) {
  const wanted =
    asked ?? (offsets?.all() ?? []).map(each => ({name: each.topic, partitionIndexes: each.partitions}));
  return wanted.map(({name, partitionIndexes}) => ({
    name,
    partitions: partitionIndexes.map(partitionIndex => {
      const found = offsets?.get(name, partitionIndex);
      return {
        partitionIndex,
        committedOffset: found?.offset ?? -1n,
        committedLeaderEpoch: found?.leaderEpoch ?? -1,
        metadata: found?.metadata ?? '',
        errorCode: call.errorFor(name, partitionIndex),
      };
    }),
  }));
}

export const answerOffsetDelete = answer(offsetDelete, (request, _, {groups, topics}) => {
  const group = groups.get(request.groupId);
  const offsets = groups.offsets(request.groupId);
  if (!group || !offsets) return {errorCode: errors.GROUP_ID_NOT_FOUND};
  const subscribed = subscribedTopics(group);
  return {
    topics: request.topics.map(({name, partitions}) => ({
      name,
      partitions: partitions.map(({partitionIndex}) => {
        if (subscribed === 'unknown' || subscribed.has(name)) {
          return {partitionIndex, errorCode: errors.GROUP_SUBSCRIBED_TO_TOPIC};
        }
        if (!topics.partition(name, partitionIndex)) {
          return {partitionIndex, errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION};
        }
        offsets.delete(name, partitionIndex);
        return {partitionIndex, errorCode: 0};
      }),
    })),
  };
});
