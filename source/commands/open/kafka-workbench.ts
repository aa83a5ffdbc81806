import type {Clock} from '../../flow/clock.ts';
import type {Delivery, Draft} from '../../flow/delivery.ts';
import type {FailurePolicy} from '../../flow/failure-policy.ts';
import type {Handler} from '../../flow/handler.ts';
import {injectFaults} from '../../flow/inject-faults.ts';
import type {Move} from '../../flow/moves.ts';
import type {LaneView} from '../../flow/processing.ts';
import type {KafkaClient} from '../../kafka/client.ts';
import {Consumption} from '../../kafka/consumption.ts';
import {DeadLetters} from '../../kafka/dead-letters.ts';
import {createPartitioner} from '../../kafka/partitioners.ts';
import {KafkaPublisher} from '../../kafka/publisher.ts';
import type {StartChoice} from '../../kafka/start-choice.ts';
import {type EnsureOptions, Topics} from '../../kafka/topics.ts';
import type {GoBackPlan} from '../../session/go-back.ts';
import type {SearchText} from '../../session/search.ts';
import type {Session} from '../../session/session.ts';
import {type NamedBatch, whyNotSkipped} from '../../session/unreadable.ts';
import type {Leaving, StartAnswer, Workbench} from '../../session/workbench.ts';
import {sentenceFor} from '../connection.ts';
import {GoingBack} from './going-back.ts';
import {type Entry, Joining} from './joining.ts';
import {RedriveDesk} from './redrive-desk.ts';
import {TopicSearch} from './topic-search.ts';

export type WorkbenchOptions = {
  readonly session: Session;
  readonly client: KafkaClient;
  readonly clock: Clock;
  readonly partitioner: 'java' | 'librdkafka';
  /** Made when consuming starts first; rejects with a sentence. */
  readonly createHandler: () => Promise<Handler>;
  readonly policy: FailurePolicy;
  readonly onLost: 'ask' | 'first' | 'end';
  readonly start: StartChoice;
  readonly ensure: EnsureOptions;
  /** See `Joining`. */
  readonly mayJoinForeign: boolean;
  readonly hasOwnHandler: boolean;
};

const lookInterval = 3000;
const longestPause = 15_000;
/** How long messages in hand may take when the program is left, in ms. */
const grace = 10_000;

/** The interface's port to Kafka: asks, publishes and consumes, and tells the session what came of it. */
export class KafkaWorkbench implements Workbench {
  readonly #options: WorkbenchOptions;
  readonly #topics: Topics;
  readonly #publisher: KafkaPublisher;
  readonly redrive: RedriveDesk;
  readonly #search: TopicSearch;
  readonly #goingBack: GoingBack;
  readonly #joining: Joining;
  #consumption: Consumption | null = null;
  #handler: Handler | null = null;
  #starting = false;
  #stopping: Promise<void> | null = null;
  #cancelLook: (() => void) | null = null;
  #failures = 0;
  #createdAt: number | null = null;
  #topicId: string | null = null;
  #leaving: Promise<Leaving> | null = null;
  /** What was asked for at the command line counts until the group has met once; then it goes on where it was. */
  #start: StartChoice;

  constructor(options: WorkbenchOptions) {
    this.#options = options;
    this.#start = options.start;
    const {client, partitioner} = options;
    this.#topics = new Topics(client);
    const newPublisher = () => new KafkaPublisher({client, partitioner: createPartitioner(partitioner)});
    this.#publisher = newPublisher();
    this.redrive = new RedriveDesk({
      ...options,
      topics: this.#topics,
      newPublisher,
      explain: (error, topic) => sentenceFor(error, client, topic),
    });
    this.#search = new TopicSearch(options.session, client, error => this.#explain(error));
    this.#joining = new Joining({
      ...options,
      topics: this.#topics,
      explain: error => this.#explain(error),
    });
    let wasPaused = false;
    this.#goingBack = new GoingBack({
      client,
      topics: this.#topics,
      session: options.session,
      member: () => (this.#consumption ? this.#consumption.memberId : null),
      stop: async () => {
        const wasThere = this.#consumption !== null;
        wasPaused = this.#consumption?.processing.isPausedByHand ?? false;
        await this.#stop();
        this.lookAtTopic();
        return wasThere;
      },
      consume: (start, isRestart) =>
        isRestart
          ? this.#consume({start, isPaused: wasPaused})
          : this.#askAndConsume({start, isPaused: false}),
      explain: error => this.#explain(error),
    });
  }

  get #session(): Session {
    return this.#options.session;
  }

  get #topic(): string {
    return this.#session.place.topic;
  }

  lookAtTopic(): void {
    this.#cancelLook?.();
    void this.#look();
  }

  async #look(): Promise<void> {
    const {clock} = this.#options;
    let pause = lookInterval;
    try {
      const found = await this.#topics.describe(this.#topic);
      if (this.#leaving) return;
      this.#failures = 0;
      if (found.status === 'missing') {
        if (this.#session.topic.status !== 'creating') this.#session.takeTopicState({status: 'missing'});
      } else {
        this.#takeTopicId(found.id);
        this.#session.takeTopicState({
          status: 'there',
          partitions: found.partitions,
          createdAt: this.#createdAt,
        });
        if (!this.#consumption) await this.#lookAtCommitted();
      }
    } catch (error) {
      if (this.#leaving) return;
      pause = Math.min(longestPause, 1000 * 2 ** Math.min(this.#failures++, 10));
      const explanation = await this.#explain(error);
      this.#session.takeTopicState({status: 'unreachable', explanation, nextAttemptAt: clock.now() + pause});
    }
    this.#cancelLook?.();
    if (!this.#leaving) this.#cancelLook = clock.after(pause, () => void this.#look());
  }

  /** A consumer notices by itself that the topic was made again. */
  #takeTopicId(id: string | null): void {
    const isOther = id !== null && this.#topicId !== null && id !== this.#topicId;
    this.#topicId = id;
    if (isOther && !this.#consumption) this.#session.takeEvent({type: 'topic-recreated', topic: this.#topic});
  }

  async #lookAtCommitted(): Promise<void> {
    const committed = await this.#topics.committed(this.#session.place.group, this.#topic);
    // A consumer that was started meanwhile knows better.
    if (!this.#consumption) this.#session.takeCommitted(committed);
  }

  createTopic(): void {
    void this.#create();
  }

  async #create(): Promise<void> {
    if (this.#session.topic.status !== 'missing') return;
    const {clock, ensure} = this.#options;
    this.#session.takeTopicState({status: 'creating', since: clock.now()});
    try {
      const {created, topic} = await this.#topics.ensure(this.#topic, ensure);
      if (created) this.#createdAt = clock.now();
      this.#session.takeTopicState({
        status: 'there',
        partitions: topic.partitions,
        createdAt: this.#createdAt,
      });
      this.#session.say('info', `Topic ${this.#topic} ${created ? 'created' : 'was there by now'}.`);
      // Nothing can be in it that nobody meant to process: the one case where consuming starts by itself.
      if (created) this.#askAndConsume({start: {from: 'beginning'}, isPaused: false}, true);
    } catch (error) {
      this.#session.say('error', await this.#explain(error));
      this.#session.takeTopicState({status: 'missing'});
    }
    this.lookAtTopic();
  }

  async publish(draft: Draft, changed: (delivery: Delivery) => void): Promise<Delivery> {
    return this.#publisher.publish(draft, changed);
  }

  async publishAll(drafts: readonly Draft[], changed: (delivery: Delivery) => void): Promise<Delivery[]> {
    return this.#publisher.publishAll(drafts, changed);
  }

  startConsumer(): void {
    this.#askAndConsume({start: this.#start, isPaused: false});
  }

  joinForeignGroup(): void {
    const entry = this.#joining.agree();
    if (entry) this.#consume(entry);
  }

  leaveGroupAlone(): void {
    this.#joining.giveUp();
  }

  /** Joins once it is seen that the group is free, or the person has said so. false: one is there, or starts already. */
  #askAndConsume(entry: Entry, isByItself = false): boolean {
    return this.#startBy(async () => {
      const session = this.#session;
      session.takeConsumerState({status: 'connecting', since: session.now});
      const mayJoin = await this.#joining.mayJoin(entry);
      if (this.#leaving) return;
      if (mayJoin) await this.#begin(entry);
      else if (isByItself && session.joining)
        session.say('warning', 'Consuming has not started: the consumer pane (4) says why, and asks.');
      session.touch();
    });
  }

  #consume(entry: Entry): boolean {
    return this.#startBy(() => this.#begin(entry));
  }

  #startBy(begin: () => Promise<void>): boolean {
    if (this.#consumption || this.#starting || this.#leaving) return false;
    this.#starting = true;
    begin()
      .catch(async (error: unknown) => {
        this.#session.takeConsumerState({status: 'failed', explanation: (error as Error).message});
      })
      .finally(() => {
        this.#starting = false;
      });
    return true;
  }

  async #begin({start, isPaused}: Entry): Promise<void> {
    const {client, clock, policy, onLost} = this.#options;
    const session = this.#session;
    const {topic, group} = session.place;
    session.takeConsumerState({status: 'connecting', since: clock.now()});
    this.#handler ??= await this.#options.createHandler();
    if (this.#leaving) {
      await this.#handler.close();
      return;
    }
    const deadLetters = new DeadLetters({
      topics: this.#topics,
      publisher: this.#publisher,
      group,
      mayCreate: true,
    });
    const consumption = new Consumption({
      kafka: client.kafka,
      brokers: client.brokers,
      topic,
      group,
      clock,
      limits: client.recordLimits,
      handler: injectFaults(this.#handler, {
        clock,
        faults: () => session.faults,
        used: () => session.setFaults({...session.faults, failNext: session.faults.failNext - 1}),
      }),
      policy,
      onLost,
      start,
      atFirst: 'go-on',
      deadLetter: (message, failure) => deadLetters.publish(message, failure),
      onEvent: event => {
        if (event.type === 'assigned') this.#start = {from: 'committed'};
        session.takeEvent(event);
      },
      onState: state => session.takeConsumerState(state),
      onFacts: facts => session.takeGroupFacts(facts),
      commitFaults: {
        withheld: () => session.faults.stopBeforeCommit,
        crashes: () => session.crashesNow(),
      },
    });
    this.#consumption = consumption;
    consumption.processing.step(session.step);
    if (isPaused) consumption.pause();
    void consumption.start();
  }

  stopConsumer(): void {
    this.#stop().catch(async (error: unknown) => this.#session.say('error', await this.#explain(error)));
  }

  /** Resolves when the group is left, whoever asked for it first. */
  #stop(): Promise<void> {
    const consumption = this.#consumption;
    if (!consumption) {
      if (this.#joining.isLooking) this.#joining.giveUp();
      return Promise.resolve();
    }
    this.#stopping ??= consumption
      .stop(grace)
      .then(() => {
        this.#consumption = null;
        this.#session.touch();
      })
      .finally(() => {
        this.#stopping = null;
      });
    return this.#stopping;
  }

  planGoBack(place: string, partition: number | null): Promise<GoBackPlan> {
    return this.#goingBack.plan(place, partition);
  }

  replay(moves: readonly Move[]): void {
    this.#goingBack.replay(moves);
  }

  rewind(moves: readonly Move[]): void {
    this.#goingBack.rewind(moves);
  }

  step(on: boolean): void {
    this.#consumption?.processing.step(on);
  }

  release(partition: number): boolean {
    return (this.#consumption?.processing.release(partition).length ?? 0) > 0;
  }

  pauseConsumer(): void {
    this.#consumption?.pause();
  }

  resumeConsumer(): void {
    this.#consumption?.resume();
  }

  commitSoon(): void {
    this.#consumption?.processing.commitSoon();
  }

  reconnect(): void {
    this.#consumption?.reconnect();
    if (this.#session.topic.status === 'unreachable') this.lookAtTopic();
  }

  answerWhereToStart(answer: StartAnswer): void {
    this.#consumption?.startFrom(
      answer === 'beginning' ? {from: 'beginning'} : {from: 'end', skipToEnd: true},
      this.#session.question?.partitions.map(({partition}) => partition) ?? [],
    );
  }

  async goOnFrom(partition: number, target: 'first' | 'end'): Promise<string | null> {
    try {
      const done = await this.#consumption?.processing.acceptLost(partition, target);
      return done ? null : `Partition ${partition} is not held by a lost position now.`;
    } catch (error) {
      return this.#explain(error);
    }
  }

  retry(partition: number, offset: bigint): boolean {
    return this.#consumption?.processing.retry(partition, offset) ?? false;
  }

  skip(partition: number, offset: bigint, reason: string): boolean {
    return this.#consumption?.processing.skip(partition, offset, reason) ?? false;
  }

  deadLetter(partition: number, offset: bigint): boolean {
    return this.#consumption?.processing.deadLetter(partition, offset) ?? false;
  }

  skipUnreadable(batch: NamedBatch, reason: string): string | null {
    const done = this.#consumption?.processing.skipUnreadable(batch.partition, batch, reason);
    return whyNotSkipped(done ?? 'not-there', batch);
  }

  readAgain(partition: number, from: bigint): boolean {
    return this.#consumption?.processing.readAgain(partition, from) ?? false;
  }

  replace(partition: number, offset: bigint, where: string): boolean {
    return this.#consumption?.processing.replace(partition, offset, where) ?? false;
  }

  search(text: SearchText): string | null {
    return this.#search.start(text);
  }

  stopSearch(): void {
    this.#search.stop();
  }

  lanes(): readonly LaneView[] {
    return this.#consumption?.processing.lanes() ?? [];
  }

  leave(): Promise<Leaving> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<Leaving> {
    this.#cancelLook?.();
    this.#search.stop();
    const [runsLeft] = await Promise.all([this.#consumption?.stop(grace) ?? 0, this.redrive.close()]);
    await this.#publisher.close();
    await this.#topics.close();
    await this.#handler?.close();
    const {unknown, pending} = this.#session.deliveries.counts;
    return {unknownDeliveries: unknown + pending, runsLeft};
  }

  #explain(error: unknown): Promise<string> {
    return sentenceFor(error, this.#options.client, this.#topic);
  }
}
