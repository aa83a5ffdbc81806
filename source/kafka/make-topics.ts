import {setTimeout as pause} from 'node:timers/promises';
import type {Broker, Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import {createPartitions} from './protocol/create-partitions.ts';
import {createTopic, createTopicsApi, firstWithDefaults, type NewTopic} from './protocol/create-topics.ts';
import type {Refused} from './protocol/errors.ts';
import {chooseVersion} from './protocol/versions.ts';

/** ms that the controller may take. */
const brokerTimeout = 5000;
const mostTries = 5;

/**
 * Creates a topic; false: it exists by now, somebody was quicker. Rejects with Refused, which carries the broker's own
 * words. A number that is left out is the broker's default.
 */
export async function makeTopic(
  cluster: Cluster,
  topic: string,
  {partitions, replicationFactor}: {readonly partitions?: number; readonly replicationFactor?: number},
): Promise<boolean> {
  const refused = await atController(cluster, async controller => {
    const wanted = {topic, partitions: partitions ?? -1, replicationFactor: replicationFactor ?? -1};
    return createTopic(controller, await withDefaults(controller, wanted), brokerTimeout);
  });
  if (refused?.type === 'TOPIC_ALREADY_EXISTS') return false;
  if (refused) throw refused;
  return true;
}

/** Raises the topic to `count` partitions. Rejects with Refused. */
export async function addPartitions(cluster: Cluster, topic: string, count: number): Promise<void> {
  const refused = await atController(cluster, controller =>
    createPartitions(controller, topic, count, brokerTimeout),
  );
  if (refused) throw refused;
}

/** Asks the controller, and the next one where it has just moved. */
async function atController(
  cluster: Cluster,
  ask: (controller: Broker) => Promise<Refused | null>,
): Promise<Refused | null> {
  for (let tries = 1; ; tries++) {
    await cluster.refreshMetadata();
    const refused = await ask(await cluster.findControllerBroker());
    if (refused?.type !== 'NOT_CONTROLLER' || tries === mostTries) return refused;
    await pause(100 * tries);
  }
}

/** Before Kafka 2.4 the server does not fill in its defaults by itself: they are asked for. */
async function withDefaults(controller: Broker, topic: NewTopic): Promise<NewTopic> {
  const isComplete = topic.partitions > 0 && topic.replicationFactor > 0;
  if (isComplete || chooseVersion(controller, createTopicsApi) >= firstWithDefaults) return topic;
  const names = ['num.partitions', 'default.replication.factor'];
  const resource = {type: 4, name: String(controller.nodeId), configNames: names};
  const {resources} = await controller.describeConfigs({resources: [resource], includeSynonyms: false});
  const [partitions, replicationFactor] = names.map(name => {
    const found = resources[0]?.configEntries.find(({configName}) => configName === name);
    return Number(found?.configValue ?? 1);
  }) as [number, number];
  return {
    topic: topic.topic,
    partitions: topic.partitions > 0 ? topic.partitions : partitions,
    replicationFactor: topic.replicationFactor > 0 ? topic.replicationFactor : replicationFactor,
  };
}
