import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Admin, Kafka} from 'kafkajs';
import kafkajs from 'kafkajs';
import type {OnFailure} from '../../source/flow/failure-policy.ts';
import {type DrillPlan, fateOf} from './plan.ts';
import {within} from './within.ts';

const top = join(import.meta.dirname, '..', '..');
const maxWait = 250;

/** What was found wrong; the drill goes on, and fails at its end. */
export type Wrong = string;

/** One half of the drill: a topic, a group, a policy, the consumer under test, and the judge of it. */
export class Half {
  readonly topic: string;
  readonly group: string;
  readonly policy: OnFailure;
  readonly #plan: DrillPlan;
  readonly #brokers: string;
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #file: string;
  readonly #log: string[] = [];
  /** Offsets that others processed, as `partition@offset`. */
  readonly #visited = new Set<string>();
  #child: ChildProcess | null = null;
  /** The offset after each partition's last message. */
  readonly ends: number[] = [];
  starts = 0;
  /** A message of the running consumer is held: its dead letter was not acknowledged, and only a person ends that. */
  isHeld = false;

  constructor(plan: DrillPlan, policy: OnFailure, brokers: string, kafka: Kafka, admin: Admin) {
    this.topic = `drill-${policy}-${plan.seed}-${Date.now()}`;
    this.group = `group-${this.topic}`;
    this.policy = policy;
    this.#plan = plan;
    this.#brokers = brokers;
    this.#kafka = kafka;
    this.#admin = admin;
    this.#file = join(mkdtempSync(join(tmpdir(), 'kafka-notify-drill-')), 'processed');
    writeFileSync(this.#file, '');
  }

  async fill(): Promise<void> {
    const {partitions, messages} = this.#plan;
    await this.#admin.createTopics({
      waitForLeaders: true,
      topics: [{topic: this.topic, numPartitions: partitions}],
    });
    const producer = this.#kafka.producer({createPartitioner: kafkajs.Partitioners.DefaultPartitioner});
    await producer.connect();
    const each = Math.ceil(messages / partitions);
    for (let from = 0; from < each; from += 250) {
      const batch = Array.from({length: partitions * Math.min(250, each - from)}, (_, index) => ({
        partition: index % partitions,
        key: `k${index % 50}`,
        value: `{"n":${index}}`,
      }));
      await producer.send({topic: this.topic, acks: -1, messages: batch});
    }
    await producer.disconnect();
    // KafkaJS's producer repeats what a slow broker answers late: what counts is what is in the log.
    for (const {partition, high} of await this.#admin.fetchTopicOffsets(this.topic))
      this.ends[partition] = Number(high);
  }

  startConsumer(): void {
    this.starts++;
    const args = [
      'dist/cli.js',
      'consume',
      '--brokers',
      this.#brokers,
      '--topic',
      this.topic,
      '--group',
      this.group,
    ];
    const how = [
      '--join-foreign-group',
      '--from',
      this.starts === 1 ? 'beginning' : '1970-01-01',
      '--on-failure',
      this.policy,
      '--retries',
      '1',
    ];
    const child = spawn(process.execPath, [...args, ...how, '--handler', 'test/drills/drill-handler.ts'], {
      cwd: top,
      env: {...process.env, DRILL_FILE: this.#file, DRILL_SEED: String(this.#plan.seed)},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.isHeld = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('"status":"held"')) this.isHeld = true;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#log.push(text));
    this.#child = child;
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Ends the consumer; resolves with its exit code, or null for a kill. */
  async endConsumer(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    this.#child = null;
    if (!child) return null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
    child.kill(signal);
    return within(40_000, `the consumer to end after ${signal}`, ended);
  }

  /** Number of different messages that the handler has finished. */
  processedCount(): number {
    return this.#processed().size;
  }

  /** Messages in the topic. */
  get total(): number {
    return this.ends.reduce((sum, end) => sum + end, 0);
  }

  /** It ended by itself because the broker was away when it started: whoever supervises it starts it again. */
  get missedTheBroker(): boolean {
    return (
      this.#child?.exitCode === 1 &&
      /Nothing is listening|did not answer|closed the connection/.test(this.#log.at(-1) ?? '')
    );
  }

  /** The choice of where to start is a commit on every partition. */
  async hasStarted(): Promise<boolean> {
    const [found] = await this.#admin.fetchOffsets({groupId: this.group, topics: [this.topic]});
    return found!.partitions.every(({offset}) => Number(offset) >= 0);
  }

  async committed(): Promise<number[]> {
    const [found] = await this.#admin.fetchOffsets({groupId: this.group, topics: [this.topic]});
    const offsets = new Array<number>(this.#plan.partitions).fill(0);
    for (const {partition, offset} of found!.partitions) offsets[partition] = Math.max(0, Number(offset));
    return offsets;
  }

  visit(partition: number, offset: number): void {
    this.#visited.add(`${partition}@${offset}`);
  }

  /** Every offset below the committed ones must be in the file, in the dead-letter topic, or skipped by the seed. */
  async judge(): Promise<Wrong[]> {
    const committed = await this.committed();
    const processed = this.#processed();
    const dead = this.policy === 'dead-letter' ? await this.deadLetters() : null;
    const wrong: Wrong[] = [];
    committed.forEach((below, partition) => {
      for (let offset = 0; offset < below; offset++) {
        const at = `${partition}@${offset}`;
        if (processed.has(at) || this.#visited.has(at)) continue;
        const fails = fateOf(this.#plan.seed, partition, offset) === 'never';
        if (fails && (dead === null || dead.has(at))) continue;
        wrong.push(`${this.policy}: ${at} is below the committed ${below} and was never finished`);
      }
    });
    return wrong;
  }

  /** Where the dead letters came from, by their headers. */
  async deadLetters(): Promise<Set<string>> {
    const topic = `${this.topic}-dlt`;
    const found = new Set<string>();
    const offsets = await this.#admin.fetchTopicOffsets(topic).catch(() => []);
    let left = offsets.reduce((sum, {high}) => sum + Number(high), 0);
    if (left === 0) return found;
    const consumer = this.#kafka.consumer({groupId: `judge-${Math.random()}`, maxWaitTimeInMs: maxWait});
    await consumer.connect();
    await consumer.subscribe({topics: [topic], fromBeginning: true});
    const all = new Promise<void>(resolve => {
      void consumer.run({
        autoCommit: false,
        eachMessage: async ({message}) => {
          const partition = (message.headers!['kafka_dlt-original-partition'] as Buffer).readInt32BE();
          found.add(
            `${partition}@${(message.headers!['kafka_dlt-original-offset'] as Buffer).readBigInt64BE()}`,
          );
          if (--left === 0) resolve();
        },
      });
    });
    try {
      await within(30_000, `all ${left} dead letters of ${topic} to be read`, all);
    } finally {
      await consumer.disconnect();
    }
    return found;
  }

  lastWords(): string {
    return this.#log.join('').split('\n').slice(-12).join('\n');
  }

  #processed(): Set<string> {
    return new Set(
      existsSync(this.#file) ? readFileSync(this.#file, 'utf8').split('\n').filter(Boolean) : [],
    );
  }
}
