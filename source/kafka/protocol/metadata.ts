import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import {serversOf} from '../sockets.ts';
import {errorTypeOf} from './errors.ts';
import {MalformedAnswer, type Reader} from './reader.ts';
import {type OwnRequest, send} from './send.ts';
import type {Api} from './versions.ts';

export type NodeMetadata = {
  readonly node: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
};

export type PartitionMetadata = {
  readonly partition: number;
  /** null: none now. */
  readonly leader: number | null;
  /** null: the server does not say. */
  readonly leaderEpoch: number | null;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
  /** `LEADER_NOT_AVAILABLE` and the like; null: nothing is wrong. */
  readonly errorType: string | null;
};

export type TopicMetadata = {
  readonly name: string;
  /** As hex; null: the server gives topics no ids, or there is no such topic. */
  readonly id: string | null;
  /** `UNKNOWN_TOPIC_OR_PARTITION` and the like; null: nothing is wrong with the topic itself. */
  readonly errorType: string | null;
  readonly isInternal: boolean;
  /** In order. */
  readonly partitions: readonly PartitionMetadata[];
};

export type Metadata = {
  /** Those that are up, as the one that answered knows. */
  readonly brokers: readonly NodeMetadata[];
  /** null: none now. */
  readonly controllerId: number | null;
  readonly clusterId: string | null;
  readonly topics: readonly TopicMetadata[];
  /** Whether this server gives topics ids (KIP-516, Kafka 2.8 on). */
  readonly hasTopicIds: boolean;
};

/** From 4 on, asking creates no topic; from 10 on, topics have ids; from 13 on, a server may refuse as a whole. */
export const metadataApi: Api = {key: 3, name: 'Metadata', oldest: 4, newest: 12, flexibleFrom: 9};
const firstWithIds = 10;

/**
 * What the cluster looks like for the broker that is asked: these topics, or all (null). What is wrong with a topic or a
 * partition stands there, and is no error of the others, which KafkaJS makes of it.
 */
export async function askMetadata(
  broker: Broker,
  topics: readonly string[] | null,
  {mayCreate = false} = {},
): Promise<Metadata> {
  const answer = await send(broker, metadataRequest(topics, mayCreate));
  // Right after its start a broker may know none.
  if (answer.brokers.length === 0) throw new NoBrokerNamed(broker.brokerAddress);
  serversOf(broker.connectionPool).listed(answer.brokers);
  return answer;
}

/** A cluster in which nothing is would look the same, and the person would be told that their topic is not there. */
class NoBrokerNamed extends Error {
  override readonly name = 'NoBrokerNamed';
  /** KafkaJS asks again for what has this type. */
  readonly type = 'LEADER_NOT_AVAILABLE';
  readonly broker: string;

  constructor(broker: string) {
    super('The answer names no broker');
    this.broker = broker;
  }
}

export function metadataRequest(topics: readonly string[] | null, mayCreate = false): OwnRequest<Metadata> {
  return {
    api: metadataApi,
    write(writer, version) {
      writer.array(topics, topic => {
        if (version >= firstWithIds) writer.noUuid();
        writer.string(topic).tags();
      });
      writer.boolean(mayCreate); // allow_auto_topic_creation
      if (version >= 8 && version <= 10) writer.boolean(false); // authorized operations of the cluster
      if (version >= 8) writer.boolean(false); // and of the topics
    },
    read: (reader, version) => withAll(topics ?? [], readMetadata(reader, version)),
  };
}

/** A server answers for each topic that it is asked about, also for one that is not there. */
function withAll(topics: readonly string[], answer: Metadata): Metadata {
  const named = new Set(answer.topics.map(({name}) => name));
  const missing = topics.find(topic => !named.has(topic));
  if (missing !== undefined) throw new MalformedAnswer('the answer leaves out a topic that was asked about');
  return answer;
}

function readMetadata(reader: Reader, version: number): Metadata {
  reader.int32(); // throttle time
  const brokers = reader.array(() => {
    const node = reader.int32();
    const broker = {node, host: reader.string(), port: reader.int32(), rack: reader.nullableString()};
    reader.tags();
    return broker;
  });
  const clusterId = reader.nullableString();
  const controller = reader.int32();
  const topics = reader.array(() => readTopic(reader, version));
  return {
    brokers,
    controllerId: controller < 0 ? null : controller,
    clusterId,
    topics,
    hasTopicIds: version >= firstWithIds,
  };
}

function readTopic(reader: Reader, version: number): TopicMetadata {
  const errorType = errorTypeOf(reader.int16());
  const name = reader.nullableString() ?? '';
  const id = version >= firstWithIds ? reader.uuid() : null;
  const isInternal = reader.boolean();
  const partitions = reader.array(() => readPartition(reader, version));
  if (version >= 8) reader.int32(); // authorized operations
  reader.tags();
  partitions.sort((left, right) => left.partition - right.partition);
  return {name, id: errorType === null ? id : null, errorType, isInternal, partitions};
}

function readPartition(reader: Reader, version: number): PartitionMetadata {
  const errorType = errorTypeOf(reader.int16());
  const partition = reader.int32();
  const leader = reader.int32();
  const leaderEpoch = version >= 7 ? reader.int32() : null;
  const replicas = reader.array(() => reader.int32());
  const inSync = reader.array(() => reader.int32());
  if (version >= 5) reader.array(() => reader.int32()); // offline replicas
  reader.tags();
  return {partition, leader: leader < 0 ? null : leader, leaderEpoch, replicas, inSync, errorType};
}
