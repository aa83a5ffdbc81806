import {errors} from '../errors.ts';
import type {JoinAnswer, SyncAnswer} from '../group/member.ts';
import {heartbeat, joinGroup, leaveGroup, syncGroup} from '../messages/membership.ts';
import {answer} from './handler.ts';

/** What Apache Kafka allows by default, in ms. */
const sessionTimeouts = {least: 6000, most: 1_800_000};
const knownIdSince = 4;
const skipAssignmentSince = 9;
const membersSince = 3;

export const answerJoinGroup = answer(joinGroup, (request, call, {groups}) => {
  const refused = (errorCode: number) => ({errorCode, memberId: request.memberId, protocolName: ''});
  if (request.groupId === '') return refused(errors.INVALID_GROUP_ID);
  const {sessionTimeoutMs} = request;
  if (sessionTimeoutMs < sessionTimeouts.least || sessionTimeoutMs > sessionTimeouts.most) {
    return refused(errors.INVALID_SESSION_TIMEOUT);
  }
  if (request.memberId !== '' && !groups.get(request.groupId)) return refused(errors.UNKNOWN_MEMBER_ID);
  groups.reserve(request.protocols.reduce((sum, each) => sum + each.metadata.length + 100, 1000));
  const {group} = groups.ensure(request.groupId);
  return new Promise(resolve => {
    const reply = (joined: JoinAnswer) =>
      resolve({
        errorCode: errors[joined.error],
        generationId: joined.generation,
        protocolType: joined.protocolType,
        protocolName: joined.protocol ?? (call.version >= 7 ? null : ''),
        leader: joined.leader,
        skipAssignment: joined.skipAssignment,
        memberId: joined.memberId,
        members: joined.members.map(each => ({
          memberId: each.memberId,
          groupInstanceId: each.instanceId,
          metadata: each.metadata,
        })),
      });
    group.join(
      {
        memberId: request.memberId,
        instanceId: request.groupInstanceId,
        clientId: call.clientId,
        clientHost: call.clientHost,
        sessionTimeout: sessionTimeoutMs,
        rebalanceTimeout: request.rebalanceTimeoutMs < 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs,
        protocolType: request.protocolType,
        protocols: request.protocols,
        needsKnownId: call.version >= knownIdSince,
        canSkipAssignment: call.version >= skipAssignmentSince,
      },
      reply,
    );
  });
});

export const answerSyncGroup = answer(syncGroup, (request, _, {groups}) => {
  const group = groups.get(request.groupId);
  if (!group) return {errorCode: errors.UNKNOWN_MEMBER_ID};
  groups.reserve(request.assignments.reduce((sum, each) => sum + each.assignment.length, 0));
  return new Promise(resolve => {
    const reply = (synced: SyncAnswer) =>
      resolve({
        errorCode: errors[synced.error],
        protocolType: synced.protocolType,
        protocolName: synced.protocol,
        assignment: synced.assignment,
      });
    group.sync(
      {
        memberId: request.memberId,
        instanceId: request.groupInstanceId,
        generation: request.generationId,
        protocolType: request.protocolType,
        protocol: request.protocolName,
        assignments: request.assignments,
      },
      reply,
    );
  });
});

export const answerHeartbeat = answer(heartbeat, (request, _, {groups}) => {
  const error =
    groups.get(request.groupId)?.heartbeat(request.memberId, request.groupInstanceId, request.generationId) ??
    'UNKNOWN_MEMBER_ID';
  return {errorCode: errors[error]};
});

export const answerLeaveGroup = answer(leaveGroup, (request, {version}, {groups}) => {
  const group = groups.get(request.groupId);
  const leave = (memberId: string, instanceId: string | null) =>
    errors[group?.leave(memberId, instanceId) ?? 'UNKNOWN_MEMBER_ID'];
  if (version < membersSince) return {errorCode: leave(request.memberId, null)};
  return {
    members: request.members.map(({memberId, groupInstanceId}) => ({
      memberId,
      groupInstanceId,
      errorCode: leave(memberId, groupInstanceId),
    })),
  };
});
