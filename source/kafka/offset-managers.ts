import OffsetManager from 'kafkajs/src/consumer/offsetManager/index.js';

/**
 * Reaches the object in KafkaJS that holds one generation of a group membership, and takes over what it does on
 * OFFSET_OUT_OF_RANGE. Both are needed to keep the flow's rules:
 *
 * - `consumer.commitOffsets` repeats a failed commit by itself, and then with the *next* generation: it can commit for
 *   a partition that has just gone to another member. A commit through this object belongs to one generation or fails.
 * - On OFFSET_OUT_OF_RANGE, KafkaJS commits −1 or −2 for the group and jumps to its default: records are skipped with
 *   one line in the log as the only sign. Here the position stays, and whoever consumes is told.
 */

type OutOfRange = (at: {topic: string; partition: number}) => void;

/** By member id: KafkaJS makes a new one for each generation, just before it emits GROUP_JOIN. */
const newest = new Map<string, OffsetManager>();
const outOfRange = new Map<string, OutOfRange>();

const {clearAllOffsets} = OffsetManager.prototype;

// Called as the last step of its construction.
OffsetManager.prototype.clearAllOffsets = function (this: OffsetManager) {
  clearAllOffsets.call(this);
  newest.set(this.memberId, this);
};

OffsetManager.prototype.setDefaultOffset = async function (this: OffsetManager, at) {
  outOfRange.get(this.memberId)?.(at);
};

/** The membership that GROUP_JOIN has just told of. `onOutOfRange` hears of positions that no longer exist. */
export function offsetManagerOf(memberId: string, onOutOfRange: OutOfRange): OffsetManager {
  const manager = newest.get(memberId);
  if (!manager) throw new Error(`KafkaJS told of member ${memberId}, but holds no offsets for it`);
  outOfRange.set(memberId, onOutOfRange);
  return manager;
}

/** Forgets a member that has left. */
export function forgetOffsetManager(memberId: string): void {
  newest.delete(memberId);
  outOfRange.delete(memberId);
}
