import {randomUUID} from 'node:crypto';
import kafkajs from 'kafkajs';
import {createClient} from '../../source/kafka/client.ts';

export const partitions = 6;
const batch = 1000;

/** A JSON document of just so many bytes, which differs from one `index` to the next. */
export function documentOf(size: number, index: number): Buffer {
  const start = `{"type":"email.send","id":${index},"to":"user-${index % 1000}@example.org","text":"`;
  return Buffer.from(`${start}${'x'.repeat(Math.max(0, size - start.length - 2))}"}`);
}

export async function newTopic(bootstrap: string): Promise<string> {
  const topic = `bench-${randomUUID()}`;
  const admin = createClient({brokers: bootstrap.split(',')}).kafka.admin();
  await admin.connect();
  await admin.createTopics({waitForLeaders: true, topics: [{topic, numPartitions: partitions}]});
  await admin.disconnect();
  return topic;
}

/** Deletes it, so that what it holds takes no memory from what is measured next. */
export async function removeTopic(bootstrap: string, topic: string): Promise<void> {
  const admin = createClient({brokers: bootstrap.split(',')}).kafka.admin();
  await admin.connect();
  await admin.deleteTopics({topics: [topic]});
  await admin.disconnect();
}

/** A topic with `count` records of `size` bytes, evenly over its partitions. */
export async function filledTopic(bootstrap: string, count: number, size: number): Promise<string> {
  const topic = await newTopic(bootstrap);
  await fill(bootstrap, topic, count, size);
  return topic;
}

/** Adds `count` records of `size` bytes, evenly over the partitions, by KafkaJS's own producer. */
export async function fill(bootstrap: string, topic: string, count: number, size: number): Promise<void> {
  const producer = createClient({brokers: bootstrap.split(',')}).kafka.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  for (let from = 0; from < count; from += batch) {
    const messages = Array.from({length: Math.min(batch, count - from)}, (_, index) => ({
      partition: (from + index) % partitions,
      value: documentOf(size, from + index),
    }));
    await producer.send({topic, acks: -1, messages});
  }
  await producer.disconnect();
}
