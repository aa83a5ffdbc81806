import type {Admin} from 'kafkajs';
import {within} from '../within.ts';
import type {BrokerUnderDrill} from './broker.ts';
import type {DrillGroup} from './group.ts';
import type {Outages} from './outages.ts';

const interval = 1000;
const deadline = 5000;

/** Asks the broker each second, by KafkaJS's admin, what is committed and where the logs end. */
export class Sampler {
  readonly #broker: BrokerUnderDrill;
  readonly #outages: Outages;
  readonly #groups: readonly DrillGroup[];
  #admin: Promise<Admin> | null = null;
  #running: Promise<void> | null = null;
  #ending = false;
  /** Longest time between two looks at what was to be a second, in ms: how busy this process was. */
  longestGap = 0;

  constructor(broker: BrokerUnderDrill, outages: Outages, groups: readonly DrillGroup[]) {
    this.#broker = broker;
    this.#outages = outages;
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

  async #run(): Promise<void> {
    while (!this.#ending) {
      const asleep = Date.now();
      await new Promise(resolve => setTimeout(resolve, interval));
      this.longestGap = Math.max(this.longestGap, Date.now() - asleep - interval);
      await Promise.all(this.#groups.map(group => this.#sample(group)));
    }
  }

  async #sample(group: DrillGroup): Promise<void> {
    const wasAway = this.#outages.isAway;
    try {
      const facts = await within(deadline, 'the offsets of a group', this.#ask(group));
      const canWork = group.canWork && !wasAway && !this.#outages.isAway;
      group.samples.push({at: Date.now(), known: true, canWork, ...facts});
    } catch {
      group.samples.push({at: Date.now(), known: false});
      await this.#renew();
    }
  }

  /** What is committed is asked for first: the end can only be later. */
  async #ask(group: DrillGroup): Promise<{committed: number[]; ends: number[]}> {
    this.#admin ??= this.#connected();
    const admin = await this.#admin;
    const found = await offsetsOf(admin, group);
    // KafkaJS's admin keeps a topic's partitions for five minutes; a new one knows those that were added.
    if (found.ends.length < group.partitions) await this.#renew();
    return found;
  }

  async #connected(): Promise<Admin> {
    const admin = this.#broker.kafka.admin();
    await admin.connect();
    return admin;
  }

  async #renew(): Promise<void> {
    const before = this.#admin;
    this.#admin = null;
    await before?.then(admin => within(deadline, 'an admin to leave', admin.disconnect())).catch(() => {});
  }
}

/** The group's committed offsets (−1: none) and the ends of the logs, by partition. */
export async function offsetsOf(
  admin: Admin,
  {topic, group}: {readonly topic: string; readonly group: string},
): Promise<{committed: number[]; ends: number[]}> {
  const [found] = await admin.fetchOffsets({groupId: group, topics: [topic]});
  const logs = await admin.fetchTopicOffsets(topic);
  const ends = new Array<number>(logs.length).fill(0);
  const committed = new Array<number>(logs.length).fill(-1);
  for (const {partition, high} of logs) ends[partition] = Number(high);
  for (const {partition, offset} of found!.partitions) committed[partition] = Number(offset);
  return {committed, ends};
}
