import type {Consumer, Kafka} from 'kafkajs';
import type {Clock} from '../flow/clock.ts';
import type {ConsumerState} from '../flow/connection.ts';
import type {FlowEvent} from '../flow/events.ts';
import type {FailurePolicy} from '../flow/failure-policy.ts';
import type {Handler} from '../flow/handler.ts';
import type {DeadLetterResult} from '../flow/lane.ts';
import type {Message, TopicPartition} from '../flow/message.ts';
import type {Failure} from '../flow/outcome.ts';
import {type CommitFaults, type LaneView, Processing} from '../flow/processing.ts';
import type {StartFrom} from '../flow/starting-point.ts';
import {ConsumedTopic, isRecreated} from './consumed-topic.ts';
import {withDeadline} from './deadline.ts';
import {explainError} from './explain-error.ts';
import {Fetching} from './fetching/fetching.ts';
import {readingThrough} from './fetching/group-fetch.ts';
import {type BrokerFacts, Generation, type Look} from './generation.ts';
import {forgetOffsetManager, offsetManagerOf} from './offset-managers.ts';
import {Refused} from './protocol/errors.ts';
import {rangeAssigner} from './range-assigner.ts';
import type {RecordLimits} from './records/record-cursor.ts';
import {resolveStart, type StartChoice, type StartOfOneChoice} from './start-choice.ts';

export type ConsumptionOptions = {
  readonly kafka: Kafka;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly group: string;
  readonly clock: Clock;
  readonly limits: RecordLimits;
  readonly handler: Handler;
  readonly policy: FailurePolicy;
  readonly onLost: 'ask' | 'first' | 'end';
  readonly start: StartChoice;
  /**
   * `give-up`: a failure before the first meeting of the group rejects `start`, at once where trying again cannot help, else
   * after 30 s. `go-on`: tried again like any other.
   */
  readonly atFirst: 'give-up' | 'go-on';
  deadLetter(message: Message, failure: Failure): Promise<DeadLetterResult>;
  onEvent(event: FlowEvent): void;
  onState(state: ConsumerState): void;
  /** What the broker says of our partitions, about every two seconds while in the group. */
  onFacts(facts: readonly BrokerFacts[]): void;
  /** Faults on purpose between finishing and committing. */
  readonly commitFaults?: Pick<CommitFaults, 'withheld'> & {crashes(): boolean};
  /** When all events until now are told to whoever reads of them; what is not is not committed. See `Processing`. */
  told?(): Promise<void> | null;
};

const sessionTimeout = 10_000;
const requestDeadline = 10_000;
const pollInterval = 2000;
/** ms without messages in which somebody could have deleted a topic, made it again and filled it. */
const longPause = 100;
const leaveDeadline = 5000;
const longestReconnect = 15_000;
const longestLookPause = 5000;
/** A member whose first meeting fails by something that may pass is given up after this, in ms. */
const firstPatience = 30_000;

/**
 * A member of a consumer group whose messages go through the flow. It is built on KafkaJS's consumer, used so that none
 * of its own ideas about offsets is left: it only fetches and keeps the membership. One consumer lives until it
 * crashes; then all lanes end and a new one is made, until the person stops it.
 */
export class Consumption {
  readonly processing: Processing;
  readonly #options: ConsumptionOptions;
  #choice: StartChoice;
  #state: ConsumerState = {status: 'stopped', reason: 'not-started'};
  #consumer: Consumer | null = null;
  #generation: Generation | null = null;
  /** Counted up at each meeting of the group; what belongs to an earlier one is out of date. */
  #meeting = 0;
  #partitions: readonly number[] = [];
  readonly #topic = new ConsumedTopic();
  /** The choice of where to start with its times and ends as offsets: asked for once, so that nothing is passed meanwhile. */
  #resolved: StartFrom | null = null;
  /** When this consumer was started, for how long a first failure is tried again. */
  #startedAt = 0;
  /** When each partition last brought messages, and the look at the topic's id that is on its way. */
  readonly #broughtAt = new Map<number, number>();
  #seeing: Promise<string | null> | null = null;
  #failures = 0;
  #lookFailures = 0;
  /** When the group heard of us last, and answered that we are a member. */
  #seenAt = 0;
  #stopped: Promise<number> | null = null;
  #cancelTimer: (() => void) | null = null;
  #stopping = false;
  #firstMeeting: {resolve(): void; reject(error: unknown): void} | null = null;
  /** Partitions whose fetch the broker refused as out of range. */
  readonly #suspect = new Set<number>();
  /** Of the consumer that lives now; without one, nothing is read. */
  #fetching: Fetching | null = null;

  constructor(options: ConsumptionOptions) {
    this.#options = options;
    this.#choice = options.start;
    this.processing = new Processing({
      topic: options.topic,
      clock: options.clock,
      handler: options.handler,
      policy: options.policy,
      onLost: options.onLost,
      emit: event => options.onEvent(event),
      commit: offsets => this.#commit(offsets),
      pause: at => this.#pause(at),
      resume: (at, from) => this.#resume(at, from),
      deadLetter: (message, failure) => options.deadLetter(message, failure),
      explain: error => this.#explain(error).sentence,
      isMember: () => options.clock.now() - this.#seenAt < sessionTimeout,
      told: () => options.told?.() ?? null,
      commitFaults: options.commitFaults && {
        withheld: options.commitFaults.withheld,
        crash: () => options.commitFaults!.crashes() && this.#dropOut(),
      },
    });
  }

  /** Ours in the group; null: we are in none now. */
  get memberId(): string | null {
    return this.#generation?.memberId ?? null;
  }

  get state(): ConsumerState {
    return this.#state;
  }

  /** Resolves at the first meeting of the group, when it is known what is ours. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#firstMeeting = {resolve, reject};
      this.#startedAt = this.#options.clock.now();
      void this.#connect();
    });
  }

  /** Answers `where-to-start` for the partitions that were asked about; the others start as was said before. */
  startFrom(choice: StartOfOneChoice, partitions: readonly number[]): void {
    const chosen = new Map(partitions.map(partition => [partition, choice]));
    this.#choice = {from: 'several', partitions: chosen, others: this.#choice};
    this.#resolved = null;
    if (this.#state.status === 'asking') void this.#meet(++this.#meeting, false);
  }

  pause(): void {
    this.processing.pauseByHand();
    if (this.#state.status === 'running') this.#setState({status: 'paused'});
  }

  resume(): void {
    this.processing.resumeByHand();
    if (this.#state.status === 'paused') this.#setRunning();
  }

  /**
   * Leaves in order (rule 6): messages in hand have `graceMs`, then what is finished is committed and the group is
   * left. Each step has its deadline, in every state. Answers how many runs did not end within the grace; whoever asks
   * again, while it is under way or after it, gets the same answer.
   */
  stop(graceMs: number): Promise<number> {
    this.#stopped ??= this.#stop(graceMs);
    return this.#stopped;
  }

  async #stop(graceMs: number): Promise<number> {
    this.#stopping = true;
    this.#cancelTimer?.();
    this.#setState({status: 'stopping', since: this.#options.clock.now()});
    for (const partition of this.#partitions) this.#pause({topic: this.#options.topic, partition});
    const left = await this.processing.stop(graceMs);
    const consumer = this.#consumer;
    this.#meeting++;
    if (consumer) await this.#leave(consumer);
    this.#setState({status: 'stopped', reason: 'asked'});
    return left;
  }

  /** What the broker says of any partitions of the topic, ours or not; null while we are not in the group. */
  async facts(partitions: readonly number[]): Promise<readonly BrokerFacts[] | null> {
    const generation = this.#generation;
    if (!generation) return null;
    return withDeadline(generation.facts(partitions), requestDeadline, 'asking for offsets');
  }

  async #leave(consumer: Consumer): Promise<void> {
    try {
      await withDeadline(consumer.disconnect(), leaveDeadline, `leaving group ${this.#options.group}`);
    } catch {
      // The group notices after the session timeout; there is nothing left to do here.
    }
    if (this.#generation) forgetOffsetManager(this.#generation.memberId);
    this.#generation = null;
  }

  async #connect(): Promise<void> {
    if (this.#stopping) return;
    const {kafka, clock, topic, group} = this.#options;
    this.#setState({status: 'connecting', since: clock.now()});
    const fetching = this.#newFetching();
    const consumer = kafka.consumer({
      groupId: group,
      partitionAssigners: [readingThrough(fetching, rangeAssigner)],
      sessionTimeout,
      heartbeatInterval: 2000,
      rebalanceTimeout: 30_000,
      allowAutoTopicCreation: false,
      metadataMaxAge: 30_000,
      retry: {initialRetryTime: 200, retries: 3, maxRetryTime: 2000, restartOnFailure: async () => false},
    });
    this.#consumer = consumer;
    this.#fetching = fetching;
    this.#listen(consumer);
    try {
      await withDeadline(consumer.connect(), requestDeadline, 'connecting the consumer');
      if (this.#isOver(consumer)) return;
      await withDeadline(
        consumer.subscribe({topics: [topic], fromBeginning: true}),
        requestDeadline,
        `asking for topic ${topic}`,
      );
      if (this.#isOver(consumer)) return;
      const since = clock.now();
      this.#setState({status: 'joining', since, until: since + sessionTimeout});
      // What is read comes through `fetching`; nothing comes this way.
      await consumer.run({autoCommit: false, eachBatch: async () => {}});
    } catch (error) {
      this.#lost(consumer, error);
      consumer.disconnect().catch(() => {});
    }
  }

  /** Stopped, or given up, while it was still on its way into the group: it goes no further. */
  #isOver(consumer: Consumer): boolean {
    if (!this.#stopping && consumer === this.#consumer) return false;
    consumer.disconnect().catch(() => {});
    return true;
  }

  #listen(consumer: Consumer): void {
    const {GROUP_JOIN, HEARTBEAT, REBALANCING, CRASH} = consumer.events;
    consumer.on(HEARTBEAT, () => {
      if (consumer !== this.#consumer) return;
      this.#seenAt = this.#options.clock.now();
      this.processing.memberSeen();
    });
    consumer.on(GROUP_JOIN, ({payload}) =>
      this.#joined(consumer, payload.memberId, payload.memberAssignment),
    );
    consumer.on(REBALANCING, () => this.#rebalancing(consumer));
    consumer.on(CRASH, ({payload}) => this.#lost(consumer, payload.error));
  }

  /** Synchronous on purpose: KafkaJS fetches right after this event; nothing is read before it is known where to begin. */
  #joined(consumer: Consumer, memberId: string, assignment: Record<string, number[]>): void {
    if (consumer !== this.#consumer || this.#stopping) return;
    const {topic, clock} = this.#options;
    this.#seenAt = clock.now();
    const sameMember = this.#generation?.memberId === memberId;
    if (this.#generation && !sameMember) forgetOffsetManager(this.#generation.memberId);
    this.#partitions = assignment[topic] ?? [];
    this.#fetching?.assign(this.#partitions);
    this.#generation = new Generation(offsetManagerOf(memberId), topic);
    // KafkaJS may have joined anew without a word before: what was finished is committed only once it is known what the
    // group has, and only where that is less.
    this.processing.joined();
    void this.#meet(++this.#meeting, sameMember);
  }

  #rebalancing(consumer: Consumer): void {
    if (consumer !== this.#consumer || this.#stopping) return;
    const since = this.#options.clock.now();
    this.#cancelTimer?.();
    this.processing.beginMeeting();
    this.#setState({status: 'rebalancing', since, until: since + sessionTimeout});
  }

  /** Fetches what is known of our partitions, then lets the flow decide where each goes on. */
  async #meet(meeting: number, sameMember: boolean): Promise<void> {
    const {clock, group, onEvent, onFacts} = this.#options;
    const generation = this.#generation!;
    const partitions = this.#partitions;
    try {
      const what = `asking for the offsets of group ${group}`;
      const [look, startedWith] = await withDeadline(
        Promise.all([
          generation.look(partitions),
          this.processing.hasStarted ? null : generation.startedWith(),
          this.#resolveStart(generation),
        ]),
        requestDeadline,
        what,
      );
      if (meeting !== this.#meeting || this.#stopping) return;
      const {facts, unreachable} = look;
      const known = this.#takeTopic(look);
      if (startedWith) this.#topic.knowStart(startedWith(look.presence.id));
      this.#suspect.clear();
      const seen = facts.map(each => ({
        ...each,
        recreated: isRecreated(each.committedIn ?? known, this.#topic.id),
      }));
      if (seen.some(({recreated}) => recreated)) this.processing.topicRecreated();
      const decided = this.processing.meet({
        facts: seen,
        unreachable,
        sameMember,
        isAlone: this.#isAlone,
        count: this.#topic.partitions,
        startedWith: this.#topic.startedWith,
      });
      if (decided) this.#topic.started();
      this.#failures = 0;
      this.#lookFailures = 0;
      onFacts(facts);
      if (decided) this.#setRunning();
      else this.#setState({status: 'asking'});
      this.#firstMeeting?.resolve();
      this.#firstMeeting = null;
      this.#later(pollInterval, () => void this.#poll(meeting));
    } catch (error) {
      if (meeting !== this.#meeting || this.#stopping) return;
      const {sentence, retryable} = this.#explain(error);
      if (!retryable) {
        this.#giveUp(error);
        return;
      }
      // Members stay in the group while this is tried again; a lost connection ends in CRASH by itself.
      const pause = Math.min(longestLookPause, 500 * 2 ** Math.min(this.#lookFailures++, 10));
      onEvent({type: 'look-failed', reason: sentence, nextAttemptAt: clock.now() + pause});
      this.#later(pause, () => void this.#meet(meeting, sameMember));
    }
  }

  /** Tells the flow once what the choice of where to start means in offsets; after the first start it counts no more. */
  async #resolveStart(generation: Generation): Promise<void> {
    if (this.processing.hasStarted) return;
    this.#resolved ??= await resolveStart(this.#choice, generation);
    this.processing.startFrom(this.#resolved);
  }

  /** Takes over what the topic is now, and tells of partitions that were added. Answers the id that was known before. */
  #takeTopic({presence}: Look): string | null {
    const {known, grownFrom} = this.#topic.take(presence);
    const {topic, onEvent} = this.#options;
    if (grownFrom !== null)
      onEvent({type: 'topic-grown', topic, from: grownFrom, to: this.#topic.partitions});
    return known;
  }

  get #isAlone(): boolean {
    return this.#partitions.length >= this.#topic.partitions;
  }

  /** Looks at first, end and identity of what we read: KafkaJS tells of none of them by itself. */
  async #poll(meeting: number): Promise<void> {
    try {
      const generation = this.#generation!;
      const look = await withDeadline(
        generation.look(this.#partitions),
        requestDeadline,
        'looking at the offsets',
      );
      if (meeting !== this.#meeting || this.#stopping) return;
      this.#options.onFacts(look.facts);
      this.#checkPositions(look);
    } catch {
      // A broker that does not answer shows itself to the fetch loop; this look is repeated.
    }
    if (meeting === this.#meeting && !this.#stopping)
      this.#later(pollInterval, () => void this.#poll(meeting));
  }

  #checkPositions(look: Look): void {
    const known = this.#takeTopic(look);
    const recreated = isRecreated(known, this.#topic.id);
    if (recreated) this.processing.topicRecreated();
    for (const each of look.facts) {
      const lane = this.#lane(each.partition);
      if (!lane) {
        this.processing.beginLate(
          {...each, recreated},
          {isAlone: this.#isAlone, startedWith: this.#topic.startedWith},
        );
        continue;
      }
      if (lane.state.status === 'lost') continue;
      // What is in hand or held is still here, though the log may have lost it: the position is looked at after it.
      const isIdle = lane.prefix === lane.next;
      if (recreated || (isIdle && (lane.next < each.first || this.#suspect.delete(each.partition))))
        this.processing.checkPosition({...each, recreated});
    }
  }

  /** The broker refused a fetch: nothing is fetched of that partition until its position has been looked at. */
  #outOfRange(partition: number): void {
    if (!this.#generation || this.#stopping) return;
    this.#pause({topic: this.#options.topic, partition});
    this.#suspect.add(partition);
    void this.#poll(this.#meeting);
  }

  /** Whether the partition brings messages again after a pause, with nothing of it in hand. */
  #pausedLong(partition: number): boolean {
    const now = this.#options.clock.now();
    const before = this.#broughtAt.get(partition) ?? Number.NEGATIVE_INFINITY;
    this.#broughtAt.set(partition, now);
    if (now - before < longPause) return false;
    const lane = this.#lane(partition);
    return lane !== undefined && lane.prefix === lane.next;
  }

  /**
   * A topic that is deleted and made again between two fetches answers the next one as if nothing had been: by name, at
   * the old position, with other messages. So what comes after a pause is taken only once the topic is seen to be the
   * same still. What is not taken is asked for again: the lane finds the hole.
   */
  async #isOfOurTopic(): Promise<boolean> {
    const generation = this.#generation;
    const known = this.#topic.id;
    if (!generation || known === null) return true;
    const meeting = this.#meeting;
    try {
      this.#seeing ??= withDeadline(generation.topicId(), requestDeadline, 'looking at the topic').finally(
        () => {
          this.#seeing = null;
        },
      );
      if ((await this.#seeing) === known) return true;
    } catch {
      // Told by the fetch loop or the next look; what was fetched is fetched again.
    }
    if (meeting === this.#meeting && !this.#stopping) void this.#poll(meeting);
    return false;
  }

  #newFetching(): Fetching {
    const {topic, clock, limits} = this.#options;
    const fetching: Fetching = new Fetching({
      topic,
      clock,
      limits,
      take: (partition, fetched) => {
        if (fetching === this.#fetching) this.processing.enqueue(partition, fetched);
      },
      mayTake: async partition => !this.#pausedLong(partition) || (await this.#isOfOurTopic()),
      outOfRange: partition => {
        if (fetching === this.#fetching) this.#outOfRange(partition);
      },
      refused: (partition, position, errorType) => {
        const reason = this.#explain(new Refused(errorType, null)).sentence;
        this.#options.onEvent({type: 'fetch-refused', topic, partition, position, reason});
      },
    });
    return fetching;
  }

  /** The consumer is of no use any more: its lanes end, and a new one is tried later, unless that cannot help. */
  #lost(consumer: Consumer, error: unknown): void {
    if (consumer !== this.#consumer || this.#stopping) return;
    this.#consumer = null;
    this.#fetching = null;
    this.#meeting++;
    this.#cancelTimer?.();
    if (this.#generation) forgetOffsetManager(this.#generation.memberId);
    this.#generation = null;
    this.processing.loseAll();
    const {sentence, retryable} = this.#explain(error);
    const {clock, atFirst} = this.#options;
    const isLate = clock.now() - this.#startedAt > firstPatience;
    if (this.#firstMeeting && atFirst === 'give-up' && (!retryable || isLate)) {
      this.#setState({status: 'failed', explanation: sentence});
      this.#firstMeeting.reject(error);
      this.#firstMeeting = null;
      return;
    }
    if (!retryable) {
      this.#setState({status: 'failed', explanation: sentence});
      return;
    }
    const pause = Math.min(longestReconnect, 500 * 2 ** Math.min(this.#failures++, 10));
    const nextAttemptAt = this.#options.clock.now() + pause;
    this.#setState({status: 'disconnected', explanation: sentence, nextAttemptAt});
    this.#later(pause, () => void this.#connect());
  }

  /** Nothing that may pass stands in the way: the member leaves its group, and the person has to act. */
  #giveUp(error: unknown): void {
    const consumer = this.#consumer;
    if (!consumer) return;
    this.#lost(consumer, error);
    consumer.disconnect().catch(() => {});
  }

  /** On purpose: this member's life ends without a commit, and another one begins, as after a crash. */
  #dropOut(): boolean {
    const consumer = this.#consumer;
    if (!consumer || this.#stopping) return true;
    this.#lost(consumer, new DroppedOut());
    consumer.disconnect().catch(() => {});
    return true;
  }

  /** Tries again at once, instead of at the time that was planned. */
  reconnect(): void {
    if (this.#state.status !== 'disconnected' && this.#state.status !== 'failed') return;
    this.#cancelTimer?.();
    void this.#connect();
  }

  async #commit(offsets: Parameters<Generation['commit']>[0]): Promise<void> {
    const generation = this.#generation;
    if (!generation) throw new Error('not in the group now');
    await withDeadline(
      generation.commit(offsets, this.#topic.mark),
      requestDeadline,
      `the broker to confirm a commit of group ${this.#options.group}`,
    );
  }

  #pause({partition}: TopicPartition): void {
    this.#fetching?.pause(partition);
  }

  #resume({partition}: TopicPartition, from?: bigint): void {
    this.#fetching?.resume(partition, from);
  }

  #lane(partition: number): LaneView | undefined {
    return this.processing.lanes().find(lane => lane.partition === partition);
  }

  #setRunning(): void {
    if (this.processing.isPausedByHand) {
      this.#setState({status: 'paused'});
      return;
    }
    const {memberId, id} = this.#generation!;
    this.#setState({status: 'running', memberId, generation: id, partitions: this.#partitions});
  }

  #setState(state: ConsumerState): void {
    this.#state = state;
    this.#options.onState(state);
  }

  #later(ms: number, action: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.after(ms, action);
  }

  #explain(error: unknown) {
    if (error instanceof DroppedOut) return {sentence: error.message, retryable: true};
    return explainError(error, {brokers: this.#options.brokers, topic: this.#options.topic});
  }
}

class DroppedOut extends Error {
  constructor() {
    super('The consumer crashed on purpose before it committed; what it had finished comes again.');
  }
}
