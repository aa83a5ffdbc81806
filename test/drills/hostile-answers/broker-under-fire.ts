import {randomUUID} from 'node:crypto';
import type {Admin} from 'kafkajs';
import {createClient} from '../../../source/kafka/client.ts';

export const partitions = 4;
/** Each batch of the topic has so many messages. */
const perBatch = 10;

/** A new topic with so many messages in each partition, published past any proxy; batches are small, so that there are many. */
export async function filledTopic(bootstrap: string, perPartition: number): Promise<string> {
  const topic = `hostile-${randomUUID()}`;
  const {kafka} = createClient({brokers: [bootstrap]});
  const admin = kafka.admin();
  const producer = kafka.producer();
  try {
    await admin.connect();
    await admin.createTopics({topics: [{topic, numPartitions: partitions}], waitForLeaders: false});
    await leadersOf(admin, topic);
    await producer.connect();
    for (let first = 0; first < perPartition; first += perBatch) {
      const messages = Array.from({length: partitions}, (_, partition) =>
        Array.from({length: Math.min(perBatch, perPartition - first)}, (_unused, index) => ({
          partition,
          key: `key-${partition}`,
          value: JSON.stringify({n: first + index, text: 'x'.repeat(100)}),
          headers: {trace: `t-${first + index}`},
        })),
      );
      await producer.send({topic, messages: messages.flat()});
    }
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
  return topic;
}

/** Some messages every 50 ms, past any proxy, so that fetches are answered at once; what it answers ends it. */
export async function keepProducing(bootstrap: string, topic: string): Promise<() => Promise<void>> {
  const producer = createClient({brokers: [bootstrap]}).kafka.producer();
  await producer.connect();
  let n = 0;
  const timer = setInterval(() => {
    const messages = Array.from({length: 20}, () => ({value: JSON.stringify({n: n++})}));
    producer.send({topic, messages}).catch(() => {});
  }, 50);
  return async () => {
    clearInterval(timer);
    await producer.disconnect();
  };
}

/** A broker that has just made a topic may not know it yet. */
async function leadersOf(admin: Admin, topic: string): Promise<void> {
  for (const until = Date.now() + 30_000; ; await new Promise(resolve => setTimeout(resolve, 100))) {
    const found = await admin.fetchTopicMetadata({topics: [topic]}).catch(error => {
      if (Date.now() > until) throw error;
    });
    const led = found?.topics[0]?.partitions.filter(({leader}) => leader >= 0);
    if (led?.length === partitions) return;
  }
}
