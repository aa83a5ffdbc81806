import {errors} from '../errors.ts';
import {bytesPerCommit} from '../group/groups.ts';
import type {Committed, Offsets} from '../group/offsets.ts';
import {offsetCommit, offsetDelete, offsetFetch} from '../messages/groups.ts';
import {txnOffsetCommit} from '../messages/transactions.ts';
import {answer, type Call, refusedAs, type State} from './handler.ts';
import {once} from './once.ts';
import {subscribedTopics} from './subscriptions.ts';
import {refusalOfWrite} from './transactions.ts';

const longestMetadata = 4096;
const batchedSince = 8;
const abortableSince = 4;

type Commit = {
  readonly groupId: string;
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly committedOffset: bigint;
      readonly committedLeaderEpoch: number;
      readonly committedMetadata: string | null;
    }[];
  }[];
};

export const answerOffsetCommit = answer(offsetCommit, (request, call, state) => {
  const {groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generation} = request;
  const known = state.groups.get(groupId);
  const refused: number =
    groupId === ''
      ? errors.INVALID_GROUP_ID
      : !known && (generation >= 0 || memberId !== '')
        ? errors.ILLEGAL_GENERATION
        : errors[known?.mayCommit(memberId, groupInstanceId, generation) ?? 'NONE'];
  return commit(request, refused, call, state, (offsets, topic, partition, committed) =>
    offsets.set(topic, partition, committed),
  );
});

/** The offsets count when the transaction is committed, and are dropped when it is aborted. */
export const answerTxnOffsetCommit = answer(txnOffsetCommit, (request, call, state) => {
  const {transactionalId, groupId, memberId, groupInstanceId, generationId} = request;
  const producer = {id: request.producerId, epoch: request.producerEpoch};
  const known = state.groups.get(groupId);
  const ofGroup =
    groupId === ''
      ? errors.INVALID_GROUP_ID
      : !known && generationId >= 0
        ? errors.ILLEGAL_GENERATION
        : errors[known?.mayCommitInTransaction(memberId, groupInstanceId, generationId) ?? 'NONE'];
  const knowsAbortable = call.version >= abortableSince;
  const refused =
    ofGroup ||
    errors[
      refusalOfWrite(state, transactionalId, producer, each => each.holdsGroup(groupId), knowsAbortable)
    ];
  return commit(request, refused, call, state, (offsets, topic, partition, committed) =>
    offsets.setPending(producer.id, topic, partition, committed),
  );
});

function commit(
  {groupId, topics: wanted}: Commit,
  refusedBefore: number,
  call: Call,
  {groups, topics}: State,
  keep: (offsets: Offsets, topic: string, partition: number, committed: Committed) => void,
) {
  const size = wanted
    .flatMap(({partitions}) => partitions)
    .reduce((sum, {committedMetadata}) => sum + bytesPerCommit + (committedMetadata?.length ?? 0), 0);
  let offsets: Offsets | null = null;
  const refused =
    refusedBefore ||
    refusedAs(() => {
      groups.reserve(size);
      offsets = groups.ensure(groupId).offsets;
    }).errorCode;
  return {
    topics: wanted.map(({name, partitions}) => ({
      name,
      partitions: partitions.map(each => {
        const {partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch} = each;
        const metadata = each.committedMetadata ?? '';
        const errorCode =
          call.errorFor(name, partitionIndex) || refused || check(name, partitionIndex, metadata);
        if (errorCode === 0) keep(offsets!, name, partitionIndex, {offset, leaderEpoch, metadata});
        return {partitionIndex, errorCode};
      }),
    })),
  };

  function check(topic: string, partition: number, metadata: string): number {
    if (!topics.partition(topic, partition)) return errors.UNKNOWN_TOPIC_OR_PARTITION;
    return metadata.length > longestMetadata ? errors.OFFSET_METADATA_TOO_LARGE : 0;
  }
}

type Asked = {name: string; partitionIndexes: number[]}[] | null;

export const answerOffsetFetch = answer(offsetFetch, (request, call, {groups}) => {
  if (call.version < batchedSince)
    return {
      topics: fetchOffsets(groups.offsets(request.groupId), request.topics, request.requireStable, call),
    };
  return {
    groups: once(request.groups, ({groupId}) => groupId).map(({groupId, topics}) => ({
      groupId,
      topics: fetchOffsets(groups.offsets(groupId), topics, request.requireStable, call),
    })),
  };
});

/**
 * Null asks for all. What was never committed is −1, also of a group that nobody knows. Who wants it stable waits while a
 * transaction decides about it.
 */
function fetchOffsets(offsets: Offsets | undefined, asked: Asked, stable: boolean, call: Call) {
  const wanted =
    asked ?? (offsets?.all() ?? []).map(each => ({name: each.topic, partitionIndexes: each.partitions}));
  return wanted.map(({name, partitionIndexes}) => ({
    name,
    partitions: partitionIndexes.map(partitionIndex => {
      const isUnstable = stable && (offsets?.isPending(name, partitionIndex) ?? false);
      const found = isUnstable ? undefined : offsets?.get(name, partitionIndex);
      return {
        partitionIndex,
        committedOffset: found?.offset ?? -1n,
        committedLeaderEpoch: found?.leaderEpoch ?? -1,
        metadata: found?.metadata ?? '',
        errorCode: call.errorFor(name, partitionIndex) || (isUnstable ? errors.UNSTABLE_OFFSET_COMMIT : 0),
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
