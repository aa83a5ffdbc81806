import type {KafkaClient} from './client.ts';
import {ConnectedCluster} from './connected-cluster.ts';
import {withDeadline} from './deadline.ts';
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

const reachDeadline = 7000;

/**
 * Goes to each node that the cluster names, under that name. Rejects where no broker answers at all. Nodes that the cluster
 * has given up already are not named by it any more.
 */
export async function reachNodes(client: KafkaClient): Promise<readonly NodeFound[]> {
  const connected = new ConnectedCluster(client);
  try {
    const cluster = await connected.cluster();
    await withDeadline(cluster.refreshMetadata(), 10_000, 'asking for the cluster');
    const listed = cluster.brokerPool.metadata?.brokers ?? [];
    const found = listed.map(async ({nodeId: node, host, port}): Promise<NodeFound> => {
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
    return (await Promise.all(found)).sort((left, right) => left.node - right.node);
  } finally {
    await connected.close();
  }
}
