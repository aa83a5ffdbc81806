import type {Admin, Kafka} from 'kafkajs';
import {within} from '../within.ts';
import type {Finished} from './history.ts';

/** Where the dead letters of a topic came from, by Spring's headers, and when each was published. */
export async function deadLettersOf(kafka: Kafka, admin: Admin, topic: string): Promise<Finished[]> {
  const deadLetterTopic = `${topic}-dlt`;
  if (!(await admin.listTopics()).includes(deadLetterTopic)) return [];
  const logs = await admin.fetchTopicOffsets(deadLetterTopic);
  const left = new Map(logs.map(({partition, high}) => [partition, Number(high)]));
  for (const [partition, end] of left) if (end === 0) left.delete(partition);
  const found: Finished[] = [];
  if (left.size === 0) return found;
  const consumer = kafka.consumer({groupId: `judge-of-${topic}`, maxWaitTimeInMs: 250});
  await consumer.connect();
  await consumer.subscribe({topics: [deadLetterTopic], fromBeginning: true});
  const all = new Promise<void>(resolve => {
    void consumer.run({
      autoCommit: false,
      eachMessage: async ({partition, message}) => {
        found.push({
          partition: (message.headers!['kafka_dlt-original-partition'] as Buffer).readInt32BE(),
          offset: Number((message.headers!['kafka_dlt-original-offset'] as Buffer).readBigInt64BE()),
          at: Number(message.timestamp),
        });
        if (Number(message.offset) + 1 >= left.get(partition)!) left.delete(partition);
        if (left.size === 0) resolve();
      },
    });
  });
  try {
    await within(60_000, `the dead letters of ${deadLetterTopic} to be read`, all);
  } finally {
    await consumer.disconnect();
  }
  return found;
}
