import {randomUUID} from 'node:crypto';
import type {BrokerUnderTest} from '../../contract/support/brokers.ts';

/** A message as it stands in its topic, as text. */
export type Letter = {
  readonly partition: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
};

/** Reads the topic from its beginning, by KafkaJS's own consumer, until so many messages came. */
export async function readLetters(broker: BrokerUnderTest, topic: string, count: number): Promise<Letter[]> {
  const consumer = broker.client().kafka.consumer({groupId: randomUUID()});
  const letters: Letter[] = [];
  await consumer.connect();
  await consumer.subscribe({topic, fromBeginning: true});
  await new Promise<void>(resolve => {
    void consumer.run({
      eachMessage: async ({partition, message: {key, value, headers}}) => {
        letters.push({
          partition,
          key: key?.toString() ?? null,
          value: value?.toString() ?? null,
          headers: Object.fromEntries(
            Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]),
          ),
        });
        if (letters.length === count) resolve();
      },
    });
  });
  await consumer.disconnect();
  return letters;
}
