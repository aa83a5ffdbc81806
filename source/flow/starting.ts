import {
  clamp,
  fromCommitted,
  lostPosition,
  type PartitionFacts,
  type StartFrom,
  type StartingPoint,
  type StartOfOne,
  startingPoint,
  startOf,
} from './starting-point.ts';

/** What is known of our membership when partitions are to begin. */
export type StartContext = {
  /** Nobody else in the group reads the topic: who is there first chooses where the group starts. */
  readonly isAlone: boolean;
  /** How many partitions the topic had when the group started on it; null: it has not yet, as far as can be known. */
  readonly startedWith: number | null;
};

/** A replay that was interrupted. It goes on as long as the group has committed nothing since. */
type Replay = {readonly reached: bigint; readonly committed: bigint};

/**
 * Where partitions start, over the life of one consumer. Where to start is chosen once (rule 8):
 *
 *     first start ── decided for the partitions that are ours then ──▶ started
 *
 * | the partition has …      | at the first start                        | once started                          |
 * | ------------------------ | ----------------------------------------- | ------------------------------------- |
 * | a committed offset       | the choice: a replay, or a skip on demand | the committed offset                  |
 * | the same, group running  | the committed offset; a replay by offset  | the committed offset                  |
 * | none                     | the choice, or a question                 | what the choice meant at first start, |
 * |                          |                                           | else its first message                |
 *
 * A group that started before, in another life of this program, is known by what is kept beside its commits: a partition
 * that has none then was added, or was empty, and is new from its first message.
 *
 * So a partition that is gained later never skips, and never repeats what another member has committed; one that was
 * added to the topic is new from its first message. A replay that an outage interrupts goes on where it was, unless the
 * group has committed something meanwhile.
 */
export class Starting {
  #choice: StartFrom = {from: 'committed'};
  #isFirst = true;
  /** Ours at the first start, and not begun yet, since nobody could tell where their messages are. */
  readonly #owed = new Set<number>();
  /** What the choice meant at the first start, for partitions that the group had no offset of. */
  readonly #chosen = new Map<number, bigint>();
  readonly #replays = new Map<number, Replay>();

  /** Where a person wants to start. It counts for the first start, and is spent with it. */
  choose(choice: StartFrom): void {
    if (this.#isFirst) this.#choice = choice;
  }

  /** Nothing has started yet, and a question may stand in the way. */
  get isFirst(): boolean {
    return this.#isFirst;
  }

  /** Whether the choice does not count for this partition, since the group is running already. */
  isOverruled({partition, committed}: PartitionFacts, {isAlone}: StartContext): boolean {
    if (!this.#isFirst || isAlone || committed === null) return false;
    const {from} = startOf(this.#choice, partition);
    return from !== 'committed' && from !== 'offset';
  }

  pointOf(facts: PartitionFacts, context: StartContext): StartingPoint {
    const {partition, committed} = facts;
    const replay = this.#replays.get(partition);
    if (replay && committed === replay.committed && lostPosition(facts, replay.reached) === null)
      return {start: 'at', position: replay.reached, commit: false};
    if (this.#isFirst || this.#owed.has(partition)) {
      if (committed !== null && this.isOverruled(facts, context)) return fromCommitted(facts, committed);
      const choice = startOf(this.#choice, partition);
      if (committed === null && isNew(partition, choice, context)) return atFirst(facts);
      const point = startingPoint(facts, choice);
      if (this.#isFirst) return point;
      // Questions are for the first start. What nobody could tell about then neither stops the others nor skips.
      if (point.start === 'ask') return atFirst(facts);
      return point.start === 'refused' ? fromCommitted(facts, committed!) : point;
    }
    if (committed !== null) return fromCommitted(facts, committed);
    const chosen = this.#chosen.get(partition);
    return chosen === undefined
      ? atFirst(facts)
      : {start: 'at', position: clamp(chosen, facts), commit: true};
  }

  /** The first start is decided: `owned` partitions are ours, and the group started with `count`. What is added is new. */
  started(owned: Iterable<number>, count: number): void {
    if (!this.#isFirst) return;
    this.#isFirst = false;
    for (const partition of owned) this.#owed.add(partition);
    for (let partition = 0; partition < count; partition++) {
      const choice = startOf(this.#choice, partition);
      const offset = 'at' in choice ? choice.at?.get(partition) : undefined;
      if (offset !== undefined) this.#chosen.set(partition, offset);
    }
  }

  /** What is another member's now is owed no choice, and no replay: where the group is counts when it comes back. */
  owns(partitions: ReadonlySet<number>): void {
    for (const partition of [...this.#owed, ...this.#replays.keys()]) {
      if (partitions.has(partition)) continue;
      this.#owed.delete(partition);
      this.#replays.delete(partition);
    }
  }

  /** The partition has begun at `point`: what was chosen for it is used up, but for where it stands until it is committed. */
  begun(partition: number, point: StartingPoint): void {
    if (this.#owed.delete(partition) && point.start === 'at' && point.commit)
      this.#chosen.set(partition, point.position);
    this.#replays.delete(partition);
  }

  /** The partition went away while it was read below what the group had committed. */
  interrupted(partition: number, replay: Replay): void {
    this.#replays.set(partition, replay);
  }

  /** The topic was made again: nothing that was chosen or reached in the one before means anything. */
  forgetTopic(): void {
    this.#chosen.clear();
    this.#replays.clear();
  }
}

/**
 * Whether a partition without a committed offset was added to the topic since the group started, or was empty then: all
 * that is in it waits. An offset that the person named counts all the same, and so does a wish to skip where nobody else is.
 */
function isNew(partition: number, choice: StartOfOne, {isAlone, startedWith}: StartContext): boolean {
  if (startedWith === null || choice.from === 'offset') return false;
  if ('skipToEnd' in choice && choice.skipToEnd && isAlone) return false;
  return partition >= startedWith || choice.from === 'committed';
}

function atFirst({first}: PartitionFacts): StartingPoint {
  return {start: 'at', position: first, commit: true};
}
