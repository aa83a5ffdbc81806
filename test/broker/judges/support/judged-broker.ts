import {randomUUID} from 'node:crypto';
import kafkajs, {type Admin, type Producer} from 'kafkajs';
import {afterAll, beforeAll} from 'vitest';
import {createClient} from '../../../../source/kafka/client.ts';
import {type Running, start} from '../../../support/program.ts';

/** The built program's broker, in a process of its own as a person starts it, before programs that know nothing of it. */
export type JudgedBroker = {
  bootstrap(): string;
  admin(): Admin;
  producer(): Producer;
  /** A new topic; three partitions unless said otherwise. */
  freshTopic(partitions?: number): Promise<string>;
  /** Committed offsets of the group by partition; −1 for none. */
  committed(group: string, topic: string): Promise<string[]>;
};

/** One broker for the stories of the file or the block it is called in; `flags`: beside the port. */
export function judgedBroker(flags: readonly string[] = []): JudgedBroker {
  let running: Running;
  let bootstrap = '';
  let admin: Admin;
  let producer: Producer;
  beforeAll(async () => {
    running = start(['broker', '--port', '0', ...flags]);
    bootstrap = String((await running.line(({status}) => status === 'listening')).bootstrap);
    const {kafka} = createClient({brokers: [bootstrap], clientId: 'judged'});
    admin = kafka.admin();
    producer = kafka.producer({createPartitioner: kafkajs.Partitioners.DefaultPartitioner});
    await Promise.all([admin.connect(), producer.connect()]);
  });
  afterAll(async () => {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    running.child.kill('SIGTERM');
    await running.finished;
  });
  return {
    bootstrap: () => bootstrap,
    admin: () => admin,
    producer: () => producer,
    async freshTopic(partitions = 3) {
      const topic = `judged-${randomUUID()}`;
      await admin.createTopics({waitForLeaders: true, topics: [{topic, numPartitions: partitions}]});
      return topic;
    },
    async committed(group, topic) {
      const [found] = await admin.fetchOffsets({groupId: group, topics: [topic]});
      return found!.partitions
        .sort((left, right) => left.partition - right.partition)
        .map(({offset}) => offset);
    },
  };
}
