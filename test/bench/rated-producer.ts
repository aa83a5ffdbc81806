/**
 * A process of its own that produces a steady number of messages a second until it is killed:
 *   node rated-producer.ts BOOTSTRAP TOPIC MESSAGES_A_SECOND
 * It writes how many were acknowledged so far, one number a line, twice a second.
 */
import kafkajs from 'kafkajs';
import {createClient} from '../../source/kafka/client.ts';
import {documentOf, partitions} from './topics.ts';

const [bootstrap = '', topic = '', rateText = ''] = process.argv.slice(2);
const rate = Number(rateText);
const interval = 50;
const perTurn = Math.max(1, Math.round((rate * interval) / 1000));
/** Sends on their way at once; beyond that the broker is slower than the rate, and more would only pile up. */
const most = 4;

const producer = createClient({brokers: bootstrap.split(',')}).kafka.producer({
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  allowAutoTopicCreation: false,
});
await producer.connect();
const values = Array.from({length: 5000}, (_, index) => documentOf(100, index));
let sent = 0;
let acknowledged = 0;
let under = 0;
const began = performance.now();

setInterval(() => {
  // What a late timer missed is made up for.
  const due = Math.floor((performance.now() - began) / interval) * perTurn;
  if (due <= sent || under >= most) return;
  const messages = Array.from({length: Math.min(due - sent, perTurn * 3)}, (_, index) => {
    const at = sent + index;
    return {partition: at % partitions, key: `user-${at % 1000}`, value: values[at % values.length]!};
  });
  sent += messages.length;
  under++;
  producer.send({topic, acks: 1, messages}).then(
    () => {
      under--;
      acknowledged += messages.length;
    },
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}, interval);
setInterval(() => process.stdout.write(`${acknowledged}\n`), 500);
