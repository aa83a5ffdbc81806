import {Api} from '../codec/api.ts';
import {
  bool,
  bytes,
  int16,
  int32,
  int64,
  list,
  listOf,
  listOrNull,
  text,
  textOrNull,
} from '../codec/fields.ts';

export const offsetCommit = new Api('OffsetCommit', {
  key: 8,
  versions: [2, 8],
  flexible: 8,
  request: {
    groupId: text(),
    generationIdOrMemberEpoch: int32({default: -1}),
    memberId: text(),
    groupInstanceId: textOrNull(7, {since: 7}),
    retentionTimeMs: int64({until: 4, default: -1n}),
    topics: list({
      name: text(),
      partitions: list({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32({since: 6, default: -1}),
        committedMetadata: textOrNull(0, {default: ''}),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({since: 3}),
    topics: list({
      name: text(),
      partitions: list({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  },
});

export const offsetFetch = new Api('OffsetFetch', {
  key: 9,
  versions: [1, 8],
  flexible: 6,
  request: {
    groupId: text({until: 7}),
    topics: listOrNull(
      2,
      {
        name: text({until: 7}),
        partitionIndexes: listOf(int32(), {until: 7}),
      },
      {until: 7},
    ),
    groups: list(
      {
        groupId: text({since: 8}),
        topics: listOrNull(
          8,
          {
            name: text({since: 8}),
            partitionIndexes: listOf(int32(), {since: 8}),
          },
          {since: 8},
        ),
      },
      {since: 8},
    ),
    requireStable: bool({since: 7}),
  },
  response: {
    throttleTimeMs: int32({since: 3}),
    topics: list(
      {
        name: text({until: 7}),
        partitions: list(
          {
            partitionIndex: int32({until: 7}),
            committedOffset: int64({until: 7}),
            committedLeaderEpoch: int32({since: 5, until: 7, default: -1}),
            metadata: textOrNull(0, {until: 7, default: ''}),
            errorCode: int16({until: 7}),
          },
          {until: 7},
        ),
      },
      {until: 7},
    ),
    errorCode: int16({since: 2, until: 7}),
    groups: list(
      {
        groupId: text({since: 8}),
        topics: list(
          {
            name: text({since: 8}),
            partitions: list(
              {
                partitionIndex: int32({since: 8}),
                committedOffset: int64({since: 8}),
                committedLeaderEpoch: int32({since: 8, default: -1}),
                metadata: textOrNull(8, {since: 8, default: ''}),
                errorCode: int16({since: 8}),
              },
              {since: 8},
            ),
          },
          {since: 8},
        ),
        errorCode: int16({since: 8}),
      },
      {since: 8},
    ),
  },
});

export const offsetDelete = new Api('OffsetDelete', {
  key: 47,
  versions: [0, 0],
  flexible: 99,
  request: {
    groupId: text(),
    topics: list({
      name: text(),
      partitions: list({
        partitionIndex: int32(),
      }),
    }),
  },
  response: {
    errorCode: int16(),
    throttleTimeMs: int32(),
    topics: list({
      name: text(),
      partitions: list({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  },
});

export const describeGroups = new Api('DescribeGroups', {
  key: 15,
  versions: [0, 5],
  flexible: 5,
  request: {
    groups: listOf(text()),
    includeAuthorizedOperations: bool({since: 3}),
  },
  response: {
    throttleTimeMs: int32({since: 1}),
    groups: list({
      errorCode: int16(),
      groupId: text(),
      groupState: text(),
      protocolType: text(),
      protocolData: text(),
      members: list({
        memberId: text(),
        groupInstanceId: textOrNull(4, {since: 4}),
        clientId: text(),
        clientHost: text(),
        memberMetadata: bytes(),
        memberAssignment: bytes(),
      }),
      authorizedOperations: int32({since: 3, default: -2147483648}),
    }),
  },
});

export const listGroups = new Api('ListGroups', {
  key: 16,
  versions: [0, 4],
  flexible: 3,
  request: {
    statesFilter: listOf(text(), {since: 4}),
  },
  response: {
    throttleTimeMs: int32({since: 1}),
    errorCode: int16(),
    groups: list({
      groupId: text(),
      protocolType: text(),
      groupState: text({since: 4}),
    }),
  },
});

export const deleteGroups = new Api('DeleteGroups', {
  key: 42,
  versions: [0, 2],
  flexible: 2,
  request: {
    groupsNames: listOf(text()),
  },
  response: {
    throttleTimeMs: int32(),
    results: list({
      groupId: text(),
      errorCode: int16(),
    }),
  },
});
