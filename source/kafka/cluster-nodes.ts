import type {KafkaClient} from './client.ts';
import {ConnectedCluster} from './connected-cluster.ts';
import {withDeadline} from './deadline.ts';
import {askMetadata, type NodeMetadata, type TopicMetadata} from './protocol/metadata.ts';
import {isOlderThanTried} from './server-age.ts';
import {lacks} from './server-needs.ts';

/** One node of the cluster, as it was found when somebody went there. */
export type NodeFound = {
  readonly node: number;
  /** As the cluster names it, `host:port`. */
  readonly address: string;
} & (
  | {
      readonly reached: true;
      /** What it does not offer of what this tool uses, one sentence each. */
      readonly lacks: readonly string[];
      readonly isOlderThanTried: boolean;
    }
  | {readonly reached: false; readonly error: unknown}
);

/** What is known of a node that the cluster does not name any more, by what it has copies of. */
export type NodeAway = {
  readonly node: number;
  /** How many partitions have a copy there, and how many of these have no leader now. */
  readonly partitions: number;
  readonly leaderless: number;
};

export type ClusterFound = {readonly nodes: readonly NodeFound[]; readonly away: readonly NodeAway[]};

const reachDeadline = 7000;

/**
 * Goes to each node that the cluster names, under that name, and looks which nodes it does not name though they have copies
 * of partitions: those are away. Rejects where no broker answers at all.
 */
export async function reachNodes(client: KafkaClient): Promise<ClusterFound> {
  const connected = new ConnectedCluster(client);
  try {
    const cluster = await connected.cluster();
    await withDeadline(cluster.refreshMetadata(), 10_000, 'asking for the cluster');
    const asked = connected.broker().then(broker => askMetadata(broker, null));
    const {brokers, topics} = await withDeadline(asked, 10_000, 'asking for the topics');
    const found = brokers.map(async ({node, host, port}): Promise<NodeFound> => {
      const at = {node, address: `${host}:${port}`};
      try {
        const reaching = cluster.findBroker({nodeId: node});
        const {versions} = await withDeadline(reaching, reachDeadline, `connecting to ${at.address}`);
        return {
          ...at,
          reached: true,
          lacks: lacks(versions ?? {}),
          isOlderThanTried: isOlderThanTried(versions ?? {}),
        };
      } catch (error) {
        return {...at, reached: false, error};
      }
    });
    const nodes = (await Promise.all(found)).sort((left, right) => left.node - right.node);
    return {nodes, away: nodesAway(brokers, topics)};
  } finally {
    await connected.close();
  }
}

function nodesAway(brokers: readonly NodeMetadata[], topics: readonly TopicMetadata[]): readonly NodeAway[] {
  const up = new Set(brokers.map(({node}) => node));
  const away = new Map<number, {partitions: number; leaderless: number}>();
  for (const {leader, replicas} of topics.flatMap(({partitions}) => partitions)) {
    for (const node of replicas) {
      if (up.has(node)) continue;
      const counts = away.get(node) ?? {partitions: 0, leaderless: 0};
      counts.partitions++;
      if (leader === null) counts.leaderless++;
      away.set(node, counts);
    }
  }
  return [...away].map(([node, counts]) => ({node, ...counts})).sort((a, b) => a.node - b.node);
}
