import type {Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import type {KafkaClient} from './client.ts';
import {withDeadline} from './deadline.ts';
import {type FetchedPartition, fetchPartitions} from './fetch-records.ts';
import {Leaderless, leaderOf, sayLeaderless} from './leaders.ts';
import {earliest, latest} from './protocol/list-offsets.ts';
import {MalformedAnswer} from './protocol/reader.ts';
import {topicOffsets} from './topic-offsets.ts';

/** Which offset of a partition is asked for. */
export type AskedOffset = {readonly fromBeginning: boolean} | {readonly fromTimestamp: number};

const mebibyte = 1024 * 1024;
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
    const cluster = await this.#connection();
    const time = 'fromTimestamp' in asked ? asked.fromTimestamp : asked.fromBeginning ? earliest : latest;
    return withDeadline(
      topicOffsets(cluster, this.#topic, partitions, time),
      requestDeadline,
      `asking for the offsets of ${this.#topic}`,
    );
  }

  /** What a person is told of a partition that has no leader. */
  async sayLeaderless(partition: number): Promise<string> {
    try {
      await leaderOf(await this.#connection(), this.#topic, partition);
    } catch (error) {
      if (error instanceof Leaderless) return error.message;
    }
    return sayLeaderless(this.#topic, {partition, replicas: [], inSync: []}, []);
  }

  async fetch(partition: number, offset: bigint): Promise<FetchedPartition> {
    const topic = this.#topic;
    const leading = leaderOf(await this.#connection(), topic, partition);
    const broker = await withDeadline(leading, requestDeadline, 'finding the leader');
    const answers = await withDeadline(
      fetchPartitions(broker, topic, [{partition, offset}], {
        maxWait: longestWait,
        maxBytes: mebibyte,
        maxBytesPerPartition: mebibyte,
        requestTimeout: requestDeadline,
      }),
      requestDeadline,
      `reading ${partition}@${offset}`,
    );
    const answer = answers.get(partition);
    if (!answer) throw new MalformedAnswer('the answer to a fetch is without its partition');
    return answer;
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

  #drop(): void {
    const cluster = this.#cluster;
    this.#cluster = null;
    cluster?.then(each => each.disconnect()).catch(() => {});
  }
}
