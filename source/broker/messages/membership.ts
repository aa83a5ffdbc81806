import {Api} from '../codec/api.ts';
import {bool, bytes, int16, int32, list, text, textOrNull} from '../codec/fields.ts';

export const joinGroup = new Api('JoinGroup', {
  key: 11,
  versions: [0, 9],
  flexible: 6,
  request: {
    groupId: text(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({since: 1, default: -1}),
    memberId: text(),
    groupInstanceId: textOrNull(5, {since: 5}),
    protocolType: text(),
    protocols: list({
      name: text(),
      metadata: bytes(),
    }),
    reason: textOrNull(8, {since: 8}),
  },
  response: {
    throttleTimeMs: int32({since: 2}),
    errorCode: int16(),
    generationId: int32({default: -1}),
    protocolType: textOrNull(7, {since: 7}),
    protocolName: textOrNull(7, {default: ''}),
    leader: text(),
    skipAssignment: bool({since: 9}),
    memberId: text(),
    members: list({
      memberId: text(),
      groupInstanceId: textOrNull(5, {since: 5}),
      metadata: bytes(),
    }),
  },
});

export const syncGroup = new Api('SyncGroup', {
  key: 14,
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: text(),
    generationId: int32(),
    memberId: text(),
    groupInstanceId: textOrNull(3, {since: 3}),
    protocolType: textOrNull(5, {since: 5}),
    protocolName: textOrNull(5, {since: 5}),
    assignments: list({
      memberId: text(),
      assignment: bytes(),
    }),
  },
  response: {
    throttleTimeMs: int32({since: 1}),
    errorCode: int16(),
    protocolType: textOrNull(5, {since: 5}),
    protocolName: textOrNull(5, {since: 5}),
    assignment: bytes(),
  },
});

export const heartbeat = new Api('Heartbeat', {
  key: 12,
  versions: [0, 4],
  flexible: 4,
  request: {
    groupId: text(),
    generationId: int32(),
    memberId: text(),
    groupInstanceId: textOrNull(3, {since: 3}),
  },
  response: {
    throttleTimeMs: int32({since: 1}),
    errorCode: int16(),
  },
});

export const leaveGroup = new Api('LeaveGroup', {
  key: 13,
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: text(),
    memberId: text({until: 2}),
    members: list(
      {
        memberId: text({since: 3}),
        groupInstanceId: textOrNull(3, {since: 3}),
        reason: textOrNull(5, {since: 5}),
      },
      {since: 3},
    ),
  },
  response: {
    throttleTimeMs: int32({since: 1}),
    errorCode: int16(),
    members: list(
      {
        memberId: text({since: 3}),
        groupInstanceId: textOrNull(3, {since: 3, default: ''}),
        errorCode: int16({since: 3}),
      },
      {since: 3},
    ),
  },
});
