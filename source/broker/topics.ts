import {randomBytes} from 'node:crypto';
import type {Clock} from './clock.ts';
import {Refusal} from './errors.ts';
import type {Limits} from './limits.ts';
import {Memory} from './log/memory.ts';
import {PartitionLog} from './log/partition-log.ts';
import {checkConfig, TopicConfig} from './topic-config.ts';

export type Topic = {
  readonly name: string;
  /** 16 bytes; a topic that is deleted and made again has others. */
  readonly id: Buffer;
  readonly partitions: PartitionLog[];
  readonly config: TopicConfig;
};

export type NewTopic = {
  readonly name: string;
  readonly partitions: number;
  readonly config: ReadonlyMap<string, string>;
};

/** All topics and what they hold. */
export class Topics {
  readonly memory: Memory;
  readonly #producerMemory: Memory;
  readonly defaultConfig: ReadonlyMap<string, string>;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #byName = new Map<string, Topic>();
  #partitions = 0;

  constructor(clock: Clock, limits: Limits, defaultConfig: ReadonlyMap<string, string>) {
    for (const [name, value] of defaultConfig) checkConfig(name, value);
    this.memory = new Memory(limits.retained);
    this.#producerMemory = new Memory(limits.producerBytes);
    this.defaultConfig = defaultConfig;
    this.#clock = clock;
    this.#limits = limits;
  }

  all(): Topic[] {
    return [...this.#byName.values()];
  }

  get(name: string): Topic | undefined {
    return this.#byName.get(name);
  }

  withId(id: Buffer): Topic | undefined {
    return [...this.#byName.values()].find(topic => topic.id.equals(id));
  }

  partition(name: string, partition: number): PartitionLog | undefined {
    return this.#byName.get(name)?.partitions[partition];
  }

  /** Refuses what Kafka refuses; the topic can be made when this passes. */
  check(wanted: NewTopic): void {
    checkTopicName(wanted.name);
    if (this.#byName.has(wanted.name)) {
      throw new Refusal('TOPIC_ALREADY_EXISTS', `Topic '${wanted.name}' already exists.`);
    }
    // Kafka counts both as one name where it measures topics.
    const alike = wanted.name.replaceAll('.', '_');
    for (const name of this.#byName.keys()) {
      if (/[._]/.test(name) && name.replaceAll('.', '_') === alike) {
        throw new Refusal(
          'INVALID_TOPIC_EXCEPTION',
          `Topic '${wanted.name}' collides with existing topic: ${name}`,
        );
      }
    }
    if (wanted.partitions < 1) {
      throw new Refusal('INVALID_PARTITIONS', 'Number of partitions must be larger than 0.');
    }
    this.#checkCount(wanted.partitions);
    for (const [name, value] of wanted.config) checkConfig(name, value);
  }

  create(wanted: NewTopic): Topic {
    this.check(wanted);
    const config = new TopicConfig(this.defaultConfig, wanted.config);
    const topic: Topic = {name: wanted.name, id: randomBytes(16), partitions: [], config};
    this.#byName.set(topic.name, topic);
    this.#add(topic, wanted.partitions);
    return topic;
  }

  /** To `count` partitions in all. */
  grow(topic: Topic, count: number, validateOnly: boolean): void {
    const more = count - topic.partitions.length;
    if (more <= 0) {
      throw new Refusal(
        'INVALID_PARTITIONS',
        `The topic ${topic.name} currently has ${topic.partitions.length} partition(s); ${count} would not be an increase.`,
      );
    }
    this.#checkCount(more);
    if (!validateOnly) this.#add(topic, more);
  }

  delete(topic: Topic): void {
    this.#byName.delete(topic.name);
    this.#partitions -= topic.partitions.length;
    for (const log of topic.partitions) log.close();
  }

  /** Looks through all logs for what its topic's rules no longer keep. */
  retain(): void {
    for (const topic of this.#byName.values()) for (const log of topic.partitions) log.retain();
  }

  #add(topic: Topic, count: number): void {
    for (let made = 0; made < count; made++) {
      topic.partitions.push(
        new PartitionLog(
          this.memory,
          this.#producerMemory,
          () => topic.config.rules(),
          () => this.#clock.now(),
        ),
      );
    }
    this.#partitions += count;
  }

  #checkCount(more: number): void {
    if (this.#partitions + more > this.#limits.partitions) {
      throw new Refusal(
        'POLICY_VIOLATION',
        `The embedded broker takes ${this.#limits.partitions} partitions at most; ${this.#partitions} are there.`,
      );
    }
  }
}

const longestName = 249;

export function checkTopicName(name: string): void {
  if (name === '' || name === '.' || name === '..' || name.length > longestName || !/^[\w.-]+$/.test(name)) {
    throw new Refusal('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: '${name.slice(0, longestName)}'`);
  }
}
