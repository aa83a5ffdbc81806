import {describe, expect, it} from 'vitest';
import {sayLeaderless, waitsForNode} from '../../source/kafka/leaders.ts';

const placed = (replicas: readonly number[], inSync: readonly number[]) => ({partition: 1, replicas, inSync});

describe('a partition without a leader', () => {
  it.each([
    {what: 'its only node is away', replicas: [2], inSync: [2], up: [1, 3], waits: true},
    {what: 'the cluster forgot who was in sync', replicas: [2], inSync: [], up: [1, 3], waits: true},
    {
      what: 'the one in sync is away, another copy is there',
      replicas: [2, 3],
      inSync: [2],
      up: [1, 3],
      waits: true,
    },
    {what: 'one in sync is there', replicas: [2, 3], inSync: [2, 3], up: [1, 3], waits: false},
    {what: 'nothing is known of copies', replicas: [], inSync: [], up: [1], waits: false},
  ])('waits for a node: $waits – $what', ({replicas, inSync, up, waits}) => {
    expect(waitsForNode(placed(replicas, inSync), up)).toBe(waits);
  });

  it.each([
    {
      at: placed([2], []),
      says: 'Partition 1 of t has no leader now: node 2 is away; the partition comes back by itself when the node returns.',
    },
    {
      at: placed([2, 4, 5], []),
      says: 'Partition 1 of t has no leader now: nodes 2, 4 and 5 are away; the partition comes back by itself when one of them returns.',
    },
    {at: placed([1, 3], [1, 3]), says: 'Partition 1 of t has no leader now; the brokers choose one.'},
  ])('is told in one sentence: $says', ({at, says}) => {
    expect(sayLeaderless('t', at, [1, 3])).toBe(says);
  });
});
