import {type EachBatchPayload, type EachMessagePayload, Kafka, logLevel} from 'kafkajs';

/** What a bare KafkaJS consumer gives to `eachMessage` for the topic's first messages, as JSON has it. */
export function eachMessagesOf(bootstrap: string, topic: string, count: number): Promise<unknown[]> {
  return consumed(bootstrap, topic, count, add => ({
    eachMessage: async ({heartbeat: _, pause: __, ...payload}: EachMessagePayload) => add([payload]),
  }));
}

/** The messages of the batches that a bare KafkaJS consumer gives to `eachBatch`. */
export function eachBatchesOf(bootstrap: string, topic: string, count: number): Promise<unknown[]> {
  return consumed(bootstrap, topic, count, add => ({
    eachBatch: async ({batch}: EachBatchPayload) => add(batch.messages),
  }));
}

async function consumed(
  bootstrap: string,
  topic: string,
  count: number,
  config: (add: (found: readonly unknown[]) => void) => object,
): Promise<unknown[]> {
  const kafka = new Kafka({brokers: bootstrap.split(','), clientId: 'bare', logLevel: logLevel.NOTHING});
  const consumer = kafka.consumer({groupId: `bare-${crypto.randomUUID()}`, allowAutoTopicCreation: false});
  const found: unknown[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({topic, fromBeginning: true});
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({payload}) => reject(payload.error));
      const add = (more: readonly unknown[]) => {
        found.push(...more);
        if (found.length >= count) resolve();
      };
      void consumer.run(config(add)).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return JSON.parse(JSON.stringify(found, withoutContext));
}

/** `batchContext` is KafkaJS's own: its types do not have it. */
function withoutContext(name: string, value: unknown): unknown {
  return name === 'batchContext' ? undefined : value;
}
