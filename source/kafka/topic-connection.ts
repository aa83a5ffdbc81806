import type {Broker, Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import type {KafkaClient} from './client.ts';
import {withDeadline} from './deadline.ts';
import {type FetchedRecords, fetchRecords} from './fetch-records.ts';

/** Which offset of a partition is asked for. */
export type AskedOffset = {readonly fromBeginning: boolean} | {readonly fromTimestamp: number};

const requestDeadline = 10_000;
/** ms that the broker may wait until there is something. */
const longestWait = 500;

/**
 * Connections of their own to the brokers of one topic, for reading it outside of any group. Made when needed, and
 * made anew after `renew`; every request has a deadline.
 */
export class TopicConnection {
  readonly #client: KafkaClient;
  readonly #topic: string;
  #cluster: Promise<Cluster> | null = null;
  #closed = false;

  constructor(client: KafkaClient, topic: string) {
    this.#client = client;
    this.#topic = topic;
  }

  /** Which connection is in use now; `renew` takes it. */
  get current(): unknown {
    return this.#cluster;
  }

  async partitions(): Promise<number[]> {
    const cluster = await this.#connection();
    return cluster
      .findTopicPartitionMetadata(this.#topic)
      .map(({partitionId}) => partitionId)
      .sort((left, right) => left - right);
  }

  /** By partition; one without a leader is left out, and −1 is a time after which there is nothing. */
  async offsets(partitions: readonly number[], asked: AskedOffset): Promise<ReadonlyMap<number, bigint>> {
    const topic = this.#topic;
    const cluster = await this.#connection();
    const all = partitions.map(partition => ({partition}));
    const [answer] = await withDeadline(
      cluster.fetchTopicsOffset([{topic, partitions: all, ...asked}]),
      requestDeadline,
      `asking for the offsets of ${topic}`,
    );
    return new Map((answer?.partitions ?? []).map(({partition, offset}) => [partition, BigInt(offset)]));
  }

  async fetch(partition: number, offset: bigint): Promise<FetchedRecords> {
    const topic = this.#topic;
    const broker = await withDeadline(this.#leader(partition), requestDeadline, 'finding the leader');
    return withDeadline(
      fetchRecords(broker, {topic, partition}, offset, {
        maxWait: longestWait,
        requestTimeout: requestDeadline,
      }),
      requestDeadline,
      `reading ${partition}@${offset}`,
    );
  }

  /** After an error KafkaJS's pool stays confused, and leaders may be others: the next request gets a new connection. */
  renew(used: unknown): void {
    if (used === this.#cluster) this.#drop();
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #connection(): Promise<Cluster> {
    if (this.#closed) throw new Error('The reading was ended.');
    this.#cluster ??= this.#connect();
    return this.#cluster;
  }

  async #connect(): Promise<Cluster> {
    const cluster = this.#client.newCluster();
    try {
      await withDeadline(cluster.connect(), requestDeadline, 'connecting');
      const asked = cluster.addMultipleTargetTopics([this.#topic]);
      await withDeadline(asked, requestDeadline, `asking for topic ${this.#topic}`);
      return cluster;
    } catch (error) {
      this.#cluster = null;
      cluster.disconnect().catch(() => {});
      throw error;
    }
  }

  async #leader(partition: number): Promise<Broker> {
    const cluster = await this.#connection();
    await cluster.refreshMetadataIfNecessary();
    const leader = Object.keys(cluster.findLeaderForPartitions(this.#topic, [partition]))[0];
    if (leader !== undefined) return cluster.findBroker({nodeId: leader});
    const error = new Error(`Partition ${partition} of ${this.#topic} has no leader now`);
    throw Object.assign(error, {type: 'LEADER_NOT_AVAILABLE'});
  }

  #drop(): void {
    const cluster = this.#cluster;
    this.#cluster = null;
    cluster?.then(each => each.disconnect()).catch(() => {});
  }
}
