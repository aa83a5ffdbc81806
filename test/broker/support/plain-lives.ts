import type {Api} from '../../../source/broker/codec/api.ts';
import {apis} from '../../../source/broker/messages/index.ts';
import {ask} from './ask.ts';
import type {PlainRequest} from './plain-requests.ts';
import {recordBatch} from './record-batch.ts';

/** The version itself, or the last one of an API that has fewer. */
const upTo = (api: Api, version: number) => Math.min(api.last, Math.max(api.first, version));
const versionsOf = (api: Api) =>
  Array.from({length: api.last - api.first + 1}, (_, index) => api.first + index);
const content = Buffer.from('of the member');
/** Not of consumers, whose content Kafka would read. */
const protocolType = 'plain';

/** A member's whole life, each step answered: joined, given its share, alive, described, gone, and late. */
function memberLife(version: number, isStatic: boolean): PlainRequest {
  return {
    name: `a ${isStatic ? 'static ' : ''}member's life, JoinGroup ${version}`,
    ask: async ({bootstrap, run, topic}) => {
      const groupId = `life_${isStatic ? 'static_' : ''}${run}_${version}`;
      const groupInstanceId = isStatic ? 'instance' : null;
      const join = (memberId: string) =>
        ask(bootstrap, apis.joinGroup, version, {
          groupId,
          sessionTimeoutMs: 30_000,
          ...(version >= 1 && {rebalanceTimeoutMs: 30_000}),
          memberId,
          ...(version >= 5 && {groupInstanceId}),
          protocolType,
          protocols: [{name: 'range', metadata: content}],
        });
      const first = await join('');
      // A new member is first told its id, and joins with that.
      const joined = first.errorCode === 0 ? first : await join(first.memberId);
      const {memberId, generationId} = joined;
      const staticAs = (since: number, at: number) => at >= since && {groupInstanceId};
      const sync = upTo(apis.syncGroup, version);
      const synced = await ask(bootstrap, apis.syncGroup, sync, {
        groupId,
        generationId,
        memberId,
        ...staticAs(3, sync),
        ...(sync >= 5 && {protocolType, protocolName: 'range'}),
        assignments: [{memberId, assignment: content}],
      });
      const beat = upTo(apis.heartbeat, version);
      const alive = (generation: number) =>
        ask(bootstrap, apis.heartbeat, beat, {
          groupId,
          generationId: generation,
          memberId,
          ...staticAs(3, beat),
        });
      const commit = upTo(apis.offsetCommit, version);
      const committed = (generation: number) =>
        ask(bootstrap, apis.offsetCommit, commit, {
          groupId,
          generationIdOrMemberEpoch: generation,
          memberId,
          ...staticAs(7, commit),
          topics: [{name: topic, partitions: [{partitionIndex: 0, committedOffset: 1n}]}],
        });
      const described = upTo(apis.describeGroups, version);
      const left = upTo(apis.leaveGroup, version);
      return [
        first,
        joined,
        synced,
        await alive(generationId),
        await alive(generationId + 1),
        await committed(generationId),
        await committed(generationId + 1),
        await ask(bootstrap, apis.describeGroups, described, {groups: [groupId]}),
        await ask(bootstrap, apis.leaveGroup, left, {
          groupId,
          ...(left < 3 ? {memberId} : {members: [{memberId, groupInstanceId}]}),
        }),
        await alive(generationId),
        await committed(generationId),
        await ask(bootstrap, apis.describeGroups, described, {groups: [groupId]}),
      ];
    },
  };
}

/** A transaction from its producer's start to its end, each step answered, and what comes too late. */
function transactionLife(version: number, committed: boolean): PlainRequest {
  return {
    name: `a transaction that is ${committed ? 'committed' : 'aborted'}, InitProducerId ${version}`,
    ask: async ({bootstrap, run, topic}) => {
      const transactionalId = `life_${committed}_${run}_${version}`;
      const groupId = `of_${transactionalId}`;
      await ask(bootstrap, apis.findCoordinator, 1, {key: groupId, keyType: 0});
      const started = await ask(bootstrap, apis.initProducerId, version, {
        transactionalId,
        transactionTimeoutMs: 30_000,
        ...(version >= 3 && {producerId: -1n, producerEpoch: -1}),
      });
      const {producerId, producerEpoch} = started;
      const identity = {transactionalId, producerId, producerEpoch};
      const add = upTo(apis.addPartitionsToTxn, version);
      const added = (epoch: number) =>
        ask(bootstrap, apis.addPartitionsToTxn, add, {
          v3AndBelowTransactionalId: transactionalId,
          v3AndBelowProducerId: producerId,
          v3AndBelowProducerEpoch: epoch,
          v3AndBelowTopics: [{name: topic, partitions: [0, 1]}],
        });
      const end = upTo(apis.endTxn, version);
      const ended = () => ask(bootstrap, apis.endTxn, end, {...identity, committed});
      const empty = await ended();
      const steps: unknown[] = [empty, await added(producerEpoch), await added(producerEpoch + 1)];
      const producer = {id: producerId, epoch: producerEpoch, sequence: 0};
      const sent = await ask(bootstrap, apis.produce, 3 + version, {
        transactionalId,
        acks: -1,
        timeoutMs: 30_000,
        topicData: [
          {
            name: topic,
            partitionData: [
              {index: 1, records: recordBatch({timestamps: [Date.now()], producer, transactional: true})},
            ],
          },
        ],
      });
      const offsets = upTo(apis.txnOffsetCommit, version);
      const offsetsSent = (more: {producerEpoch?: number}) =>
        ask(bootstrap, apis.txnOffsetCommit, offsets, {
          ...identity,
          ...more,
          groupId,
          topics: [
            {name: topic, partitions: [{partitionIndex: 0, committedOffset: 1n, committedMetadata: 'of us'}]},
          ],
        });
      const offsetsAdded = upTo(apis.addOffsetsToTxn, version);
      steps.push(
        await offsetsSent({}),
        await ask(bootstrap, apis.addOffsetsToTxn, offsetsAdded, {...identity, groupId}),
        await ask(bootstrap, apis.addOffsetsToTxn, offsetsAdded, {...identity, producerId: 12_345n, groupId}),
        await offsetsSent({}),
        await offsetsSent({producerEpoch: producerEpoch + 1}),
        await ask(bootstrap, apis.describeTransactions, 0, {transactionalIds: [transactionalId]}),
        await ended(),
      );
      // Where offsets cannot be sent without, the first of them were refused; what was written is at another place each time.
      const {responses} = sent;
      return [started, steps, responses.map(each => each.partitionResponses.map(({errorCode}) => errorCode))];
    },
  };
}

/** Whole lives of members and of transactions, from the oldest version to the newest. */
export const plainLives: readonly PlainRequest[] = [
  ...versionsOf(apis.joinGroup).map(version => memberLife(version, false)),
  ...versionsOf(apis.joinGroup)
    .filter(version => version >= 5)
    .map(version => memberLife(version, true)),
  ...[true, false].flatMap(committed =>
    versionsOf(apis.initProducerId).map(version => transactionLife(version, committed)),
  ),
];
