import kafkajs from 'kafkajs';
import type {Draft} from '../../source/flow/delivery.ts';
import {createClient} from '../../source/kafka/client.ts';
import {createPartitioner} from '../../source/kafka/partitioners.ts';
import {KafkaPublisher} from '../../source/kafka/publisher.ts';
import {alternate, type Figure, type Row} from './figure.ts';
import {documentOf, newTopic, partitions} from './topics.ts';

const loads = [
  {name: '100 B', size: 100, count: 200_000},
  {name: '1 KB', size: 1024, count: 60_000},
] as const;
const rounds = 3;
/** Records on their way at once, as the command `publish --lines` has them. */
const window = 5000;
const batch = 1000;

/** Publishing in bulk with a result for each record; against KafkaJS's `send`, a thousand at a time. */
export const publish: Figure = {
  name: 'publish',
  async measure(bootstrap, say) {
    const rows: Row[] = [];
    for (const {name, size, count} of loads) {
      say(`${count} records of ${name} to ${partitions} partitions …`);
      const topic = await newTopic(bootstrap);
      const values = Array.from({length: count}, (_, index) => documentOf(size, index));
      const {ours, theirs} = await alternate(
        {
          ours: () => publishByUs(bootstrap, topic, values),
          theirs: () => publishByKafkaJS(bootstrap, topic, values),
        },
        rounds,
        say,
      );
      rows.push({
        what: `publish, acknowledged  ${name}`,
        ours,
        theirs: {name: `send, ${batch} at a time`, sample: theirs},
        unit: 'msg/s',
        target: {sign: '≥', value: 0.9},
      });
    }
    return rows;
  },
};

async function publishByUs(bootstrap: string, topic: string, values: readonly Buffer[]): Promise<number> {
  const client = createClient({brokers: bootstrap.split(',')});
  const publisher = new KafkaPublisher({client, partitioner: createPartitioner('java')});
  const draft = (value: Buffer): Draft => ({topic, key: null, value, headers: []});
  await publisher.publish(draft(values[0]!));
  const began = performance.now();
  for (let from = 0; from < values.length; from += window) {
    const deliveries = await publisher.publishAll(values.slice(from, from + window).map(draft));
    const wrong = deliveries.find(({state}) => state.status !== 'acknowledged');
    if (wrong) throw new Error(`A record was not acknowledged: ${JSON.stringify(wrong.state)}`);
  }
  const seconds = (performance.now() - began) / 1000;
  await publisher.close();
  return values.length / seconds;
}

/** KafkaJS's `send`, a thousand records at a time; records a second. */
export async function publishByKafkaJS(
  bootstrap: string,
  topic: string,
  values: readonly Buffer[],
): Promise<number> {
  const {kafka} = createClient({brokers: bootstrap.split(',')});
  const producer = kafka.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  await producer.send({topic, messages: [{value: values[0]!}]});
  const began = performance.now();
  for (let from = 0; from < values.length; from += batch) {
    const messages = values.slice(from, from + batch).map(value => ({value}));
    await producer.send({topic, acks: -1, messages});
  }
  const seconds = (performance.now() - began) / 1000;
  await producer.disconnect();
  return values.length / seconds;
}
