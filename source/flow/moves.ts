/** Where a group is to go on: `time` is told by each partition's `atTime`. */
export type MoveTarget =
  | {readonly to: 'beginning'}
  | {readonly to: 'end'}
  | {readonly to: 'offset'; readonly offset: bigint}
  /** In each partition that is named; no other is moved. */
  | {readonly to: 'offsets'; readonly offsets: ReadonlyMap<number, bigint>}
  /** So many before the end; where the partition has fewer: its beginning. */
  | {readonly to: 'before-end'; readonly count: bigint}
  | {readonly to: 'time'; readonly time: number};

/** What is known of a partition before the group is moved on it. */
export type MoveFacts = {
  readonly partition: number;
  /** null: the group has no committed offset here. */
  readonly committed: bigint | null;
  readonly first: bigint;
  readonly end: bigint;
  /** The first offset at or after the time asked for; null: there is none. */
  readonly atTime: bigint | null;
};

/** One partition's way back (or on): counted in offsets, since what compaction took is not known before. */
export type Move = {
  readonly partition: number;
  readonly from: bigint | null;
  readonly to: bigint;
  /** Were processed, and come again. */
  readonly again: bigint;
  /** Nobody processed them, and they are passed over. */
  readonly passed: bigint;
  /**
   * Set where the group is beyond the end, by so many: the topic was made again or cut, and what of it was processed is
   * not known.
   */
  readonly beyondEnd?: bigint;
};

export type OutsideMove = {
  readonly partition: number;
  readonly offset: bigint;
  readonly first: bigint;
  readonly end: bigint;
};

/** What moving the group would mean; an offset that the partition does not have is told, never bent to one that it has. */
export function moveOf(facts: MoveFacts, target: MoveTarget): Move | {readonly outside: OutsideMove} {
  const {partition, committed, first, end} = facts;
  const to = positionOf(facts, target);
  if (to < first || to > end) return {outside: {partition, offset: to, first, end}};
  // Without a commit nothing was processed: the beginning is where it would start.
  const known = committed === null ? first : committed < first ? first : committed;
  const reached = known > end ? end : known;
  return {
    partition,
    from: committed,
    to,
    again: committed !== null && to < reached ? reached - to : 0n,
    passed: to > known ? to - known : 0n,
    ...(known > end && {beyondEnd: known - end}),
  };
}

function positionOf({partition, committed, first, end, atTime}: MoveFacts, target: MoveTarget): bigint {
  switch (target.to) {
    case 'beginning':
      return first;
    case 'end':
      return end;
    case 'offset':
      return target.offset;
    case 'offsets':
      return target.offsets.get(partition) ?? committed ?? first;
    case 'before-end':
      return end - target.count < first ? first : end - target.count;
    case 'time':
      return atTime ?? end;
  }
}

export function totalOf(moves: readonly Move[], which: 'again' | 'passed'): bigint {
  return moves.reduce((sum, move) => sum + move[which], 0n);
}
