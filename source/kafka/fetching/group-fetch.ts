import type {PartitionAssigner} from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import type {Fetching} from './fetching.ts';

/** By the assigner, the one thing of ours that KafkaJS keeps with each member of a group. */
const fetchings = new WeakMap<object, Fetching>();

/** The assigner, by which the member that it belongs to reads through `fetching`. */
export function readingThrough(fetching: Fetching, assigner: PartitionAssigner): PartitionAssigner {
  return options => {
    const made = assigner(options);
    fetchings.set(made, fetching);
    return made;
  };
}

/**
 * KafkaJS fetches and decodes as one thing for all partitions: the first error of one is the error of all, no checksum is
 * looked at, and headers are put onto an object by their names. A member with a `Fetching` reads through it; KafkaJS
 * keeps its fetch loop, and with it heartbeats, rebalances and reconnecting.
 */
export function fetchByOurselves(): void {
  const {fetch} = ConsumerGroup.prototype;
  ConsumerGroup.prototype.fetch = async function (this: ConsumerGroup, nodeId) {
    const fetching = this.assigners.map(each => fetchings.get(each)).find(each => each !== undefined);
    if (!fetching) return fetch.call(this, nodeId);
    try {
      await this.cluster.refreshMetadataIfNecessary();
      this.checkForStaleAssignment();
      await fetching.fetchFrom(nodeId, this.cluster);
    } catch (error) {
      await this.recoverFromFetch(error as Error);
    }
    return [];
  };
}
