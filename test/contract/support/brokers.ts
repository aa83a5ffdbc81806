import {randomUUID} from 'node:crypto';
import kafkajs, {type Admin, type Message, type Producer} from 'kafkajs';
import {afterAll, beforeAll, describe, inject, it} from 'vitest';
import {createClient, type KafkaClient} from '../../../source/kafka/client.ts';
import {type Running, start} from '../../support/program.ts';

/** A broker that the same stories are told on. */
export type BrokerUnderTest = {
  readonly kind: 'apache' | 'embedded';
  bootstrap(): string;
  client(): KafkaClient;
  admin(): Admin;
  /** A new topic with leaders; three partitions unless said otherwise. */
  freshTopic(options?: {partitions?: number; config?: Readonly<Record<string, string>>}): Promise<string>;
  /** Publishes by KafkaJS's own producer, so that what is tested is not its own judge. */
  produce(topic: string, messages: readonly Message[]): Promise<void>;
  /** Removes what lies below the offset of partition 0, as retention does; `-1` removes all. */
  deleteBelow(topic: string, offset: string): Promise<void>;
  /** Committed offsets of the group by partition; −1 for none. */
  committed(group: string, topic: string): Promise<string[]>;
};

/**
 * Tells the stories on the embedded broker and on Apache Kafka; where Apache Kafka is not there, one skipped test says
 * why. Where the two differ, Apache Kafka is right.
 */
export function describeOnBrokers(name: string, stories: (broker: BrokerUnderTest) => void): void {
  // A process of its own, as a person starts it: stories also run programs that block this one.
  let embedded: Running;
  let embeddedAt = '';
  describe(`${name} – on the embedded broker`, () => {
    const {broker, connect, close} = brokerAt('embedded', () => embeddedAt);
    beforeAll(async () => {
      embedded = start(['broker', '--port', '0']);
      const {bootstrap} = await embedded.line(line => line.status === 'listening');
      embeddedAt = String(bootstrap);
      await connect();
    });
    afterAll(async () => {
      await close();
      embedded.child.kill('SIGTERM');
      await embedded.finished;
    });
    stories(broker);
  });
  const kafka = inject('kafka');
  if ('missing' in kafka) {
    it.skip(`${name} – on Apache Kafka: skipped, ${kafka.missing}`, () => {});
    return;
  }
  describe(`${name} – on Apache Kafka`, () => {
    const {broker, connect, close} = brokerAt('apache', () => kafka.bootstrap);
    beforeAll(connect);
    afterAll(close);
    stories(broker);
  });
}

function brokerAt(kind: BrokerUnderTest['kind'], bootstrap: () => string) {
  let client: KafkaClient;
  let admin: Admin;
  let producer: Producer;
  const broker: BrokerUnderTest = {
    kind,
    bootstrap,
    client: () => client,
    admin: () => admin,
    async freshTopic({partitions = 3, config = {}} = {}) {
      const topic = `story-${randomUUID()}`;
      const configEntries = Object.entries(config).map(([entry, value]) => ({name: entry, value}));
      const topics = [{topic, numPartitions: partitions, configEntries}];
      await admin.createTopics({waitForLeaders: true, topics}).catch(async (error: {type?: string}) => {
        if (error.type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
        await leaders(admin, topic, partitions);
      });
      return topic;
    },
    async produce(topic, messages) {
      await producer.send({topic, acks: -1, messages: [...messages]});
    },
    async deleteBelow(topic, offset) {
      // KafkaJS finds the leader only of a topic that it was asked for before.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({topic, partitions: [{partition: 0, offset}]});
    },
    async committed(group, topic) {
      const [found] = await admin.fetchOffsets({groupId: group, topics: [topic]});
      return found!.partitions
        .sort((left, right) => left.partition - right.partition)
        .map(each => each.offset);
    },
  };
  return {
    broker,
    async connect() {
      client = createClient({brokers: bootstrap().split(','), clientId: 'story'});
      admin = client.kafka.admin();
      producer = client.kafka.producer({
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
        allowAutoTopicCreation: false,
      });
      await Promise.all([admin.connect(), producer.connect()]);
    },
    async close() {
      await Promise.all([admin.disconnect(), producer.disconnect()]);
    },
  };
}

/** KafkaJS's own waiting gives up where a busy broker does not know yet of the topic that it has just made. */
async function leaders(admin: Admin, topic: string, partitions: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      const {topics} = await admin.fetchTopicMetadata({topics: [topic]});
      if (topics[0]!.partitions.filter(({leader}) => leader >= 0).length === partitions) return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) throw new Error(`${topic} has no leaders`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
