import OffsetManager from 'kafkajs/src/consumer/offsetManager/index.js';

/**
 * Reaches the object in KafkaJS that holds one generation of a group membership. `consumer.commitOffsets` repeats a failed
 * commit by itself, and then with the *next* generation: it can commit for a partition that has just gone to another
 * member. A commit through this object belongs to one generation or fails.
 */

/** By member id: KafkaJS makes a new one for each generation, just before it emits GROUP_JOIN. */
const newest = new Map<string, OffsetManager>();

const {clearAllOffsets} = OffsetManager.prototype;

// Called as the last step of its construction.
OffsetManager.prototype.clearAllOffsets = function (this: OffsetManager) {
  clearAllOffsets.call(this);
  newest.set(this.memberId, this);
};

/** The membership that GROUP_JOIN has just told of. */
export function offsetManagerOf(memberId: string): OffsetManager {
  const manager = newest.get(memberId);
  if (!manager) throw new Error(`KafkaJS told of member ${memberId}, but holds no offsets for it`);
  return manager;
}

/** Forgets a member that has left. */
export function forgetOffsetManager(memberId: string): void {
  newest.delete(memberId);
}
