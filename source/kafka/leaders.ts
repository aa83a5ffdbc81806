import type {Broker, Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';

/** A partition as far as it matters for who leads it. */
type Placed = {
  readonly partition: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
};

/** A partition has no leader now. The message is a whole sentence for a person. Trying again later helps. */
export class Leaderless extends Error {
  override readonly name = 'Leaderless';
  readonly type = 'LEADER_NOT_AVAILABLE';
  readonly retriable = true;
}

/**
 * The broker that leads the partition, as KafkaJS's metadata of the topic says, which is asked for anew when it is old,
 * or with `refresh`. Rejects with Leaderless, or with the error about the topic or the connection.
 */
export async function leaderOf(
  cluster: Cluster,
  topic: string,
  partition: number,
  {refresh = false} = {},
): Promise<Broker> {
  if (refresh) await cluster.refreshMetadata();
  else await cluster.refreshMetadataIfNecessary();
  const known = cluster.findTopicPartitionMetadata(topic).find(({partitionId}) => partitionId === partition);
  if (!known)
    throw Object.assign(new Error(`Topic ${topic} has no partition ${partition} now`), {
      type: 'UNKNOWN_TOPIC_OR_PARTITION',
    });
  if (known.leader >= 0) return cluster.findBroker({nodeId: known.leader});
  const up = (cluster.brokerPool.metadata?.brokers ?? []).map(({nodeId}) => nodeId);
  throw new Leaderless(sayLeaderless(topic, {partition, replicas: known.replicas, inSync: known.isr}, up));
}

/** Whether nobody who could lead the partition is up, so that it has no leader until a node returns. */
export function waitsForNode({replicas, inSync}: Placed, up: readonly number[]): boolean {
  const candidates = inSync.length > 0 ? inSync : replicas;
  return candidates.length > 0 && !candidates.some(node => up.includes(node));
}

/** What a person is told of a partition without a leader; `up`: the nodes that are there. */
export function sayLeaderless(topic: string, placed: Placed, up: readonly number[]): string {
  const is = `Partition ${placed.partition} of ${topic} has no leader now`;
  if (!waitsForNode(placed, up)) return `${is}; the brokers choose one.`;
  const away = placed.replicas.filter(node => !up.includes(node));
  const nodes =
    away.length === 1 ? `node ${away[0]} is` : `nodes ${away.slice(0, -1).join(', ')} and ${away.at(-1)} are`;
  const returns = away.length === 1 ? 'the node returns' : 'one of them returns';
  return `${is}: ${nodes} away; the partition comes back by itself when ${returns}.`;
}
