import type {LostPosition} from './events.ts';
import type {TopicPartition} from './message.ts';

/** Where a person asked one partition to begin. `at` holds the offset that this means for each partition. */
export type StartOfOne =
  | {readonly from: 'committed'}
  | {readonly from: 'beginning'}
  | {
      readonly from: 'end';
      /** Also past unprocessed messages of a group that has a committed offset. */
      readonly skipToEnd: boolean;
      /** The ends when the choice was made; what came since is processed. Left out: the end as it is now. */
      readonly at?: ReadonlyMap<number, bigint>;
    }
  | {readonly from: 'offset'; readonly offset: bigint; readonly skipToEnd: boolean}
  /** So many before the end, as it was when the choice was made; `at` can lie before what the partition has. */
  | {
      readonly from: 'before-end';
      readonly skipToEnd: boolean;
      readonly at: ReadonlyMap<number, bigint>;
    }
  | {readonly from: 'time'; readonly at: ReadonlyMap<number, bigint>};

/** The same for all partitions, or something of its own for several: a replay of one lets the others go on. */
export type StartFrom =
  | StartOfOne
  | {
      readonly from: 'several';
      readonly partitions: ReadonlyMap<number, StartOfOne>;
      readonly others: StartFrom;
    };

/** What was asked for this partition. */
export function startOf(choice: StartFrom, partition: number): StartOfOne {
  if (choice.from !== 'several') return choice;
  return choice.partitions.get(partition) ?? startOf(choice.others, partition);
}

/** What is known of a partition when its lane is to begin. */
export type PartitionFacts = TopicPartition & {
  /** null: the group has no committed offset here. */
  readonly committed: bigint | null;
  readonly first: bigint;
  readonly end: bigint;
  /** The topic is not the one that the committed offset, or the position before, belonged to. */
  readonly recreated: boolean;
};

export type StartingPoint =
  /** Begin at `position`; `commit` is set where the person chose it, so that the next start need not be told again. */
  | {readonly start: 'at'; readonly position: bigint; readonly commit: boolean}
  /** No committed offset, and `retained` messages are there: never a guess. */
  | {readonly start: 'ask'; readonly retained: bigint}
  | {readonly start: 'lost'; readonly lost: LostPosition}
  /** An end or an offset ahead would commit past `unprocessed` messages: refused without `--skip-to-end`. */
  | {readonly start: 'refused'; readonly unprocessed: bigint};

/** Rule 8: where to start is never a guess; and rule 7: a position that no longer exists is never jumped over. */
export function startingPoint(facts: PartitionFacts, choice: StartOfOne): StartingPoint {
  const {committed, first, end} = facts;
  switch (choice.from) {
    case 'beginning':
      return {start: 'at', position: first, commit: committed === null};
    case 'end': {
      const position = clamp(choice.at?.get(facts.partition) ?? end, facts);
      if (committed === null) return {start: 'at', position, commit: true};
      if (committed >= position) return fromCommitted(facts, committed);
      if (!choice.skipToEnd) return {start: 'refused', unprocessed: position - committed};
      return {start: 'at', position, commit: true};
    }
    case 'offset': {
      const position = choice.offset;
      const lost = lostPosition({...facts, recreated: false}, position);
      if (lost) return {start: 'lost', lost};
      if (committed !== null && committed < position && !choice.skipToEnd) {
        return {start: 'refused', unprocessed: position - committed};
      }
      return {start: 'at', position, commit: committed === null || committed < position};
    }
    case 'before-end': {
      // A partition that the end was not asked of is new: nothing of it is passed.
      const position = clamp(choice.at.get(facts.partition) ?? first, facts);
      if (committed === null) return {start: 'at', position, commit: true};
      if (position <= committed) return {start: 'at', position, commit: false};
      if (!choice.skipToEnd) return {start: 'refused', unprocessed: position - committed};
      return {start: 'at', position, commit: true};
    }
    case 'time': {
      // Where the time could not be asked for, nothing that may be later is passed.
      const position = choice.at.get(facts.partition) ?? first;
      if (committed === null) return {start: 'at', position, commit: true};
      // A time is a way back: where the group has not come so far, it goes on where it is, and passes nothing.
      return position < committed ? {start: 'at', position, commit: false} : fromCommitted(facts, committed);
    }
    case 'committed': {
      if (committed === null) {
        return first === end
          ? {start: 'at', position: end, commit: false}
          : {start: 'ask', retained: end - first};
      }
      return fromCommitted(facts, committed);
    }
  }
}

/** Where the group is; and not there any more is lost. */
export function fromCommitted(facts: PartitionFacts, committed: bigint): StartingPoint {
  const lost = lostPosition(facts, committed);
  return lost ? {start: 'lost', lost} : {start: 'at', position: committed, commit: false};
}

/** The nearest offset that the partition has. */
export function clamp(
  position: bigint,
  {first, end}: {readonly first: bigint; readonly end: bigint},
): bigint {
  if (position < first) return first;
  return position > end ? end : position;
}

/** Holds `position` against what the partition still has; null when it is there (the end itself is). */
export function lostPosition(
  facts: Omit<PartitionFacts, 'committed'>,
  position: bigint,
): LostPosition | null {
  const {topic, partition, first, end} = facts;
  // A topic made again matters only where work was done on the one before it.
  const cause =
    facts.recreated && position !== first
      ? 'recreated'
      : position < first
        ? 'retention'
        : position > end
          ? 'beyond-end'
          : null;
  return cause && {topic, partition, position, first, end, cause};
}
