import {randomBytes} from 'node:crypto';
import type {Clock} from './clock.ts';
import {Refusal} from './errors.ts';
import type {Limits} from './limits.ts';
import {Memory} from './log/memory.ts';
import {PartitionLog} from './log/partition-log.ts';
import {checkConfig, TopicConfig} from './topic-config.ts';
import {checkNewName} from './topic-names.ts';

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
  readonly #byId = new Map<string, Topic>();
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
    return this.#byId.get(keyOf(id));
  }

  partition(name: string, partition: number): PartitionLog | undefined {
    return this.#byName.get(name)?.partitions[partition];
  }

  /** Refuses a name that Kafka refuses for a new topic. */
  checkName(name: string): void {
    checkNewName(name, this.#byName.keys());
    if (this.#byName.has(name)) {
      throw new Refusal('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`);
    }
  }

  /** Refuses what Kafka refuses beside the name; the topic can be made when both pass. */
  check(wanted: NewTopic): void {
    for (const [name, value] of wanted.config) checkConfig(name, value);
    if (wanted.partitions < 1) {
      throw new Refusal(
        'INVALID_PARTITIONS',
        'Number of partitions was set to an invalid non-positive value.',
      );
    }
    this.#checkCount(wanted.partitions);
  }

  create(wanted: NewTopic): Topic {
    this.check(wanted);
    return this.#make(wanted);
  }

  /** What `create` would make; nothing is made. Refuses what that refuses. */
  planned(wanted: NewTopic): Omit<Topic, 'partitions'> {
    this.check(wanted);
    return this.#identified(wanted);
  }

  /** One of Kafka's own topics, made when it is first needed, also where clients may make no more. */
  ensureInternal(name: string): Topic {
    const config = new Map([
      ['cleanup.policy', 'compact'],
      ['compression.type', 'producer'],
      ['segment.bytes', '104857600'],
    ]);
    return this.#byName.get(name) ?? this.#make({name, partitions: 1, config});
  }

  /** To `count` partitions in all. */
  grow(topic: Topic, count: number, validateOnly: boolean): void {
    const there = topic.partitions.length;
    if (count === there) {
      throw new Refusal('INVALID_PARTITIONS', `Topic already has ${there} partition(s).`);
    }
    if (count < there) {
      throw new Refusal(
        'INVALID_PARTITIONS',
        `The topic ${topic.name} currently has ${there} partition(s); ${count} would not be an increase.`,
      );
    }
    this.#checkCount(count - there);
    if (!validateOnly) this.#add(topic, count - there);
  }

  delete(topic: Topic): void {
    this.#byName.delete(topic.name);
    this.#byId.delete(keyOf(topic.id));
    this.#partitions -= topic.partitions.length;
    for (const log of topic.partitions) log.close();
  }

  /** Looks through all logs for what its topic's rules no longer keep. */
  retain(): void {
    for (const topic of this.#byName.values()) for (const log of topic.partitions) log.retain();
  }

  #identified({name, config}: NewTopic): Omit<Topic, 'partitions'> {
    return {name, id: randomBytes(16), config: new TopicConfig(this.defaultConfig, config)};
  }

  #make(wanted: NewTopic): Topic {
    const topic: Topic = {...this.#identified(wanted), partitions: []};
    this.#byName.set(topic.name, topic);
    this.#byId.set(keyOf(topic.id), topic);
    this.#add(topic, wanted.partitions);
    return topic;
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

function keyOf(id: Buffer): string {
  return id.toString('latin1');
}
