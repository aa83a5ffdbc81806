import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import {askMetadata, type Metadata} from './protocol/metadata.ts';
import {serversOf} from './sockets.ts';

/** Whether a topic is there, and which one it is. */
export type TopicPresence = {
  readonly exists: boolean;
  /**
   * The id that the server gave the topic when it was created, as hex: one that was deleted and made again has another.
   * null: there is no such topic, or this server gives topics no ids (`hasIds`).
   */
  readonly id: string | null;
  /** Whether this server gives topics ids at all (KIP-516, Kafka 2.8 on). */
  readonly hasIds: boolean;
  /** How many it has; 0 where it is not there. */
  readonly partitions: number;
};

/** What an error of the topic itself means for its being there; any other is thrown. */
const absent = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);
const present = new Set<string | null>([null, 'LEADER_NOT_AVAILABLE']);

/** Asks one broker about a topic. A topic whose partitions have no leader is there. */
export async function topicPresence(broker: Broker, topic: string): Promise<TopicPresence> {
  return presenceIn(await askMetadata(broker, [topic]), topic);
}

/** The same from metadata that was asked for. Throws what is wrong with the topic itself, other than its absence. */
export function presenceIn({topics, hasTopicIds: hasIds}: Metadata, topic: string): TopicPresence {
  const found = topics.find(({name}) => name === topic);
  if (!found || absent.has(found.errorType ?? '')) return {exists: false, id: null, hasIds, partitions: 0};
  if (!present.has(found.errorType))
    throw Object.assign(new Error(`The broker answers ${found.errorType} for topic ${topic}`), {
      type: found.errorType,
    });
  return {exists: true, id: found.id, hasIds, partitions: found.partitions.length};
}

/** The topic's id; null where there is no such topic, or where the server gives topics no ids. */
export async function topicIdentity(broker: Broker, topic: string): Promise<string | null> {
  return (await topicPresence(broker, topic)).id;
}

/** Says once, of a server that gives topics no ids, what cannot be noticed there. */
export function sayWithoutIds(broker: Broker, {hasIds}: TopicPresence): void {
  if (hasIds) return;
  serversOf(broker.connectionPool).sayOnce(
    'This server gives topics no ids: a topic deleted and made again is noticed only when it ends below where the group has come to.',
  );
}
