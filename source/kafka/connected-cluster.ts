import type {Broker, Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import type {KafkaClient} from './client.ts';
import {withDeadline} from './deadline.ts';

/** Together with a look at what answers on the port, a person hears within 10 s what is wrong. */
const connectDeadline = 6000;

/** Connections of their own to a cluster, made when they are first needed, and anew after they failed. */
export class ConnectedCluster {
  readonly #client: KafkaClient;
  #cluster: Promise<Cluster> | null = null;

  constructor(client: KafkaClient) {
    this.#client = client;
  }

  async cluster(): Promise<Cluster> {
    this.#cluster ??= this.#connect();
    return this.#cluster;
  }

  /** Any broker that answers. */
  async broker(): Promise<Broker> {
    const cluster = await this.cluster();
    return withDeadline(cluster.brokerPool.findConnectedBroker(), connectDeadline, 'connecting');
  }

  async close(): Promise<void> {
    const opening = this.#cluster;
    this.#cluster = null;
    const cluster = await opening?.catch(() => null);
    if (cluster) await withDeadline(cluster.disconnect(), 3000, 'disconnecting').catch(() => {});
  }

  async #connect(): Promise<Cluster> {
    const cluster = this.#client.newCluster();
    try {
      await withDeadline(cluster.connect(), connectDeadline, 'connecting');
      return cluster;
    } catch (error) {
      this.#cluster = null;
      cluster.disconnect().catch(() => {});
      throw error;
    }
  }
}
