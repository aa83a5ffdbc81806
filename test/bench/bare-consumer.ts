/**
 * A process of its own that consumes by KafkaJS's `eachBatch` alone, from the end on, and does nothing:
 *   node bare-consumer.ts BOOTSTRAP TOPIC
 * It writes `ready` when it has its partitions.
 */
import {randomUUID} from 'node:crypto';
import {createClient} from '../../source/kafka/client.ts';

const [bootstrap = '', topic = ''] = process.argv.slice(2);
const {kafka} = createClient({brokers: bootstrap.split(',')});
const consumer = kafka.consumer({groupId: `bench-${randomUUID()}`, allowAutoTopicCreation: false});
consumer.on(consumer.events.GROUP_JOIN, () => process.stdout.write('ready\n'));
await consumer.connect();
await consumer.subscribe({topics: [topic], fromBeginning: false});
await consumer.run({eachBatch: async () => {}});
