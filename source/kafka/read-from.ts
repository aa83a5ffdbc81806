/** Where reading begins. `before-end`: so many offsets before the end of each partition. */
export type ReadFrom =
  | {readonly from: 'beginning'}
  | {readonly from: 'before-end'; readonly count: bigint}
  | {readonly from: 'offset'; readonly offset: bigint}
  /** ms since 1970. */
  | {readonly from: 'time'; readonly time: number};

/** What a partition has: its first offset, its end, and the first offset at or after the time asked for, if there is one. */
export type Extent = {readonly first: bigint; readonly end: bigint; readonly atTime: bigint | null};

/** Where a partition is begun: never outside of what it has. */
export function beginOf(from: ReadFrom, extent: Extent): bigint {
  const {first, end} = extent;
  const wanted = wantedOf(from, extent);
  if (wanted < first) return first;
  return wanted > end ? end : wanted;
}

function wantedOf(from: ReadFrom, {first, end, atTime}: Extent): bigint {
  switch (from.from) {
    case 'beginning':
      return first;
    case 'before-end':
      return end - from.count;
    case 'offset':
      return from.offset;
    case 'time':
      return atTime ?? end;
  }
}
