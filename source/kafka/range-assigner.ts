import kafkajs, {type PartitionAssigner} from 'kafkajs';

const {AssignerProtocol} = kafkajs;

type ClusterWithTargets = {
  findTopicPartitionMetadata(topic: string): {partitionId: number}[];
  addMultipleTargetTopics(topics: string[]): Promise<void>;
};

/**
 * The `range` assignor as Java's and librdkafka's clients know it (name and encoding), so that a KafkaJS consumer can
 * share a live group with them; KafkaJS's own is refused there with INCONSISTENT_GROUP_PROTOCOL. For each topic the
 * subscribed members, in order of their id, take consecutive partitions; the first ones take one more where it does
 * not divide evenly. See org.apache.kafka.clients.consumer.RangeAssignor.
 */
export const rangeAssigner: PartitionAssigner = ({cluster}) => ({
  name: 'range',
  version: 0,

  async assign({members}) {
    const subscriptions = members.map(({memberId, memberMetadata}) => ({
      memberId,
      topics: subscribedTopics(memberMetadata),
    }));
    const topics = new Set(subscriptions.flatMap(each => each.topics));
    const assignments = new Map<string, Record<string, number[]>>(
      members.map(({memberId}) => [memberId, Object.create(null)]),
    );
    for (const topic of topics) {
      const partitions = await partitionsOf(cluster as ClusterWithTargets, topic);
      const takers = subscriptions
        .filter(each => each.topics.includes(topic))
        .map(each => each.memberId)
        .sort();
      const share = Math.floor(partitions.length / takers.length);
      const larger = partitions.length % takers.length;
      takers.forEach((memberId, index) => {
        const from = index * share + Math.min(index, larger);
        const taken = partitions.slice(from, from + share + (index < larger ? 1 : 0));
        if (taken.length > 0) assignments.get(memberId)![topic] = taken;
      });
    }
    return [...assignments].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: 0,
        assignment,
        userData: Buffer.alloc(0),
      }),
    }));
  },

  protocol({topics}) {
    return {
      name: 'range',
      metadata: AssignerProtocol.MemberMetadata.encode({version: 0, topics, userData: Buffer.alloc(0)}),
    };
  },
});

/** Also of a topic that only other members consume: the leader may not have asked for it yet. */
async function partitionsOf(cluster: ClusterWithTargets, topic: string): Promise<number[]> {
  const known = () =>
    cluster
      .findTopicPartitionMetadata(topic)
      .map(each => each.partitionId)
      .sort((left, right) => left - right);
  try {
    return known();
  } catch {
    await cluster.addMultipleTargetTopics([topic]);
    return known();
  }
}

/** What another member wrote; one that cannot be read takes no partitions, and keeps nobody else from theirs. */
function subscribedTopics(metadata: Buffer): readonly string[] {
  try {
    return AssignerProtocol.MemberMetadata.decode(metadata)?.topics ?? [];
  } catch {
    return [];
  }
}
