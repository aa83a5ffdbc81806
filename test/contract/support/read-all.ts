import {randomUUID} from 'node:crypto';
import type {BrokerUnderTest} from './brokers.ts';

export type ReadMessage = {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [name: string, value: string | null])[];
};

/** The topic's first messages, as KafkaJS's own consumer reads them. */
export async function readAll(
  broker: BrokerUnderTest,
  topic: string,
  count: number,
): Promise<readonly ReadMessage[]> {
  const consumer = broker.client().kafka.consumer({groupId: `reader-${randomUUID()}`});
  const read: ReadMessage[] = [];
  await consumer.connect();
  await consumer.subscribe({topic, fromBeginning: true});
  await new Promise<void>(resolve => {
    void consumer.run({
      eachMessage: async ({message: {key, value, headers}}) => {
        const texts = Object.entries(headers ?? {}).map(
          ([name, text]) => [name, text?.toString() ?? null] as const,
        );
        read.push({key: key?.toString() ?? null, value: value?.toString() ?? null, headers: texts});
        if (read.length === count) resolve();
      },
    });
  });
  await consumer.disconnect();
  return read;
}
