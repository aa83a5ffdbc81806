/** Where reading a partition begins. `before-end`: so many offsets before its end. */
export type ReadOneFrom =
  | {readonly from: 'beginning'}
  | {readonly from: 'before-end'; readonly count: bigint}
  | {readonly from: 'offset'; readonly offset: bigint}
  /** ms since 1970. */
  | {readonly from: 'time'; readonly time: number};

/** Where reading begins: the same in each partition, or an offset in each that is named. */
export type ReadFrom =
  | ReadOneFrom
  | {readonly from: 'offsets'; readonly offsets: ReadonlyMap<number, bigint>};

/** What a partition has: its first offset, its end, and the first offset at or after the time asked for, if there is one. */
export type Extent = {readonly first: bigint; readonly end: bigint; readonly atTime: bigint | null};

/** Where it begins in this partition; nothing of one that is not named is read. */
export function fromIn(from: ReadFrom, partition: number): ReadOneFrom {
  if (from.from !== 'offsets') return from;
  const offset = from.offsets.get(partition);
  return offset === undefined ? {from: 'before-end', count: 0n} : {from: 'offset', offset};
}

/** Where a partition is begun: never outside of what it has. */
export function beginOf(from: ReadOneFrom, extent: Extent): bigint {
  const {first, end} = extent;
  const wanted = wantedOf(from, extent);
  if (wanted < first) return first;
  return wanted > end ? end : wanted;
}

function wantedOf(from: ReadOneFrom, {first, end, atTime}: Extent): bigint {
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
