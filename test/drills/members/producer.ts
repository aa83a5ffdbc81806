import kafkajs, {type Kafka, type Producer} from 'kafkajs';
import {within} from '../within.ts';
import type {DrillGroup} from './group.ts';

const tick = 200;
const deadline = 6000;

/**
 * Publishes to every group's topic at its rate, all the time. What was lost or came twice on the way does not matter:
 * what counts is what is in the log.
 */
export class ContinuousProducer {
  readonly #kafka: Kafka;
  readonly #groups: readonly DrillGroup[];
  #producer: Promise<Producer> | null = null;
  #running: Promise<void> | null = null;
  #ending = false;
  #sent = 0;

  constructor(kafka: Kafka, groups: readonly DrillGroup[]) {
    this.#kafka = kafka;
    this.#groups = groups;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#ending = true;
    await this.#running;
    await this.#renew();
  }

  /** So many messages to each of the topic's partitions, once. Rejects where they are not acknowledged. */
  async fill(group: DrillGroup, each: number): Promise<void> {
    const messages = Array.from({length: group.partitions}, (_, partition) =>
      Array.from({length: each}, () => this.#message(partition)),
    ).flat();
    await (await this.#connected()).send({topic: group.topic, acks: -1, messages});
  }

  async #run(): Promise<void> {
    const owed = new Map<DrillGroup, number>();
    let last = Date.now();
    while (!this.#ending) {
      await new Promise(resolve => setTimeout(resolve, tick));
      const now = Date.now();
      // After an outage the rate goes on as it was; what was not sent meanwhile is not made up for.
      const seconds = Math.min(now - last, 5 * tick) / 1000;
      last = now;
      for (const group of this.#groups) {
        const due = (owed.get(group) ?? 0) + seconds * group.plan.rate;
        owed.set(group, due % 1);
        await this.#send(group, Math.floor(due));
      }
    }
  }

  async #send(group: DrillGroup, count: number): Promise<void> {
    if (count === 0) return;
    const messages = Array.from({length: count}, () => this.#message(this.#sent % group.partitions));
    try {
      const producer = await within(deadline, 'a producer', this.#connected());
      await within(deadline, 'messages', producer.send({topic: group.topic, acks: -1, messages}));
    } catch {
      await this.#renew();
    }
  }

  #message(partition: number) {
    const n = this.#sent++;
    return {partition, key: `k${n % 50}`, value: `{"n":${n}}`};
  }

  #connected(): Promise<Producer> {
    this.#producer ??= (async () => {
      const producer = this.#kafka.producer({
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
        allowAutoTopicCreation: false,
        // Partitions that were added are known to it soon.
        metadataMaxAge: 1000,
      });
      await producer.connect();
      return producer;
    })();
    return this.#producer;
  }

  async #renew(): Promise<void> {
    const before = this.#producer;
    this.#producer = null;
    await before
      ?.then(producer => within(deadline, 'a producer to leave', producer.disconnect()))
      .catch(() => {});
  }
}
