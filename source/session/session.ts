import type {Clock} from '../flow/clock.ts';
import type {ConsumerState} from '../flow/connection.ts';
import type {Delivery} from '../flow/delivery.ts';
import {type FlowEvent, sayRefused} from '../flow/events.ts';
import {type InjectedFaults, noFaults} from '../flow/faults.ts';
import {positionOf} from '../flow/message.ts';
import {Deliveries} from './deliveries.ts';
import type {JoinQuestion} from './joining.ts';
import {type Bounds, type PartitionView, partitionViews} from './partitions.ts';
import {Rate} from './rate.ts';
import type {Redrive} from './redrive.ts';
import {Ring} from './ring.ts';
import type {Row} from './row.ts';
import type {Search} from './search.ts';
import {Stream} from './stream.ts';
import {Timeline} from './timeline.ts';
import {nameOf, sayUnreadable, whyPolicyHolds} from './unreadable.ts';
import type {TopicState, Workbench} from './workbench.ts';

/** What the person works with; told once, at the start. */
export type Place = {
  readonly topic: string;
  readonly group: string;
  readonly brokers: string;
  readonly handler: string;
  /** Said large where the broker is the embedded one. */
  readonly embedded: boolean;
};

export type LogEntry = {
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  /** From outside perhaps: make it safe before showing it. */
  readonly text: string;
};

/** A question that consuming waits for. */
export type StartQuestion = {
  readonly retained: bigint;
  readonly partitions: readonly {readonly partition: number; readonly retained: bigint}[];
};

/** ms: sixteen drawings a second, and ten where they are slow. */
const tickInterval = 62;
const slowTickInterval = 100;
/** Drawings that take longer than this (ms), not only one of them, make ticks rarer. */
const slowDrawing = 25;

/**
 * What is true now, for whoever draws it. It is fed by the flow's events as they come and read at ticks: `changed`
 * listeners hear of a change at most once a tick, however much happens (see research: one commit of React a message
 * stalls at some hundred messages a second).
 */
export class Session {
  place: Place;
  readonly stream: Stream;
  readonly deliveries = new Deliveries();
  readonly timeline: Timeline;
  readonly log = new Ring<LogEntry>(500);
  topic: TopicState;
  consumer: ConsumerState = {status: 'stopped', reason: 'not-started'};
  question: StartQuestion | null = null;
  /** The group is somebody else's, perhaps: joining waits for the person. */
  joining: JoinQuestion | null = null;
  /** One line for the person about what they did last, until `until` (ms since 1970). */
  flash: {readonly text: string; readonly level: LogEntry['level']; readonly until: number} | null = null;
  /** Dead letters and what becomes of them; null: nobody has asked for them. */
  redrive: Redrive | null = null;
  partitions: readonly PartitionView[] = [];
  /** The search over what the topic retains that was begun last, with what it found. */
  search: Search | null = null;
  /** Faults put in on purpose; plainly visible while on. */
  faults: InjectedFaults = noFaults;
  /** Step by step: each message waits until it is released. */
  step = false;
  /** How far what is sent in bulk has come, in words; null: nothing is. */
  inBulk: (() => string) | null = null;
  /** Counted up whenever something may look different. */
  version = 0;
  readonly #clock: Clock;
  readonly #onLog: (entry: LogEntry) => void;
  readonly #rate: Rate;
  readonly #bounds = new Map<number, Bounds>();
  readonly #committed = new Map<number, bigint | null>();
  readonly #listeners = new Set<() => void>();
  #lanes: Workbench['lanes'] = () => [];
  #hasRun = false;
  #dirty = true;
  #interval = tickInterval;
  /** ms that a drawing takes, on average of the last ones. */
  #drawing = 0;
  #lastSecond = 0;
  #cancelTick: (() => void) | null = null;

  constructor(place: Place, clock: Clock, onLog: (entry: LogEntry) => void = () => {}) {
    this.place = place;
    this.#clock = clock;
    this.#onLog = onLog;
    this.#rate = new Rate(clock.now());
    this.stream = new Stream(() => clock.now());
    this.timeline = new Timeline(this.stream.received);
    this.topic = {status: 'connecting', since: clock.now()};
  }

  get now(): number {
    return this.#clock.now();
  }

  /** Messages that came to an end a second, lately. */
  get rate(): {readonly perSecond: number; readonly history: readonly number[]} {
    return {perSecond: this.#rate.perSecond(this.now), history: this.#rate.history(this.now)};
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins to tick; `lanes` is asked at each tick that has something to show. */
  start(lanes: Workbench['lanes']): void {
    this.#lanes = lanes;
    const tick = () => {
      this.tick();
      this.#cancelTick = this.#clock.after(this.#interval, tick);
    };
    tick();
  }

  stop(): void {
    this.#cancelTick?.();
  }

  /** Says how long a drawing took (ms), so that drawing never takes the time that work needs. */
  drew(ms: number): void {
    this.#drawing += (ms - this.#drawing) / 8;
    this.#interval = this.#drawing > slowDrawing ? slowTickInterval : tickInterval;
  }

  tick(): void {
    const second = Math.floor(this.now / 1000);
    // Ages, countdowns and rates move by themselves, once a second.
    if (second !== this.#lastSecond && this.#movesByItself()) this.#dirty = true;
    this.#lastSecond = second;
    if (!this.#dirty) return;
    this.#dirty = false;
    this.stream.flush();
    this.#lookAtPartitions();
    this.version++;
    for (const listener of this.#listeners) listener();
  }

  /** Something changed; it is to be seen at the next tick. */
  readonly changedSoon = (): void => {
    this.#dirty = true;
  };

  /** Something that the person did is to be seen now, not at the next tick. */
  touch(): void {
    this.#dirty = true;
    this.tick();
  }

  takeEvent(event: FlowEvent): void {
    this.#dirty = true;
    this.stream.take(event, row => this.isCommitted(row.partition, row.offset));
    this.timeline.take(event, this.now);
    switch (event.type) {
      case 'handled':
        this.#rate.add(event.outcomes.length, this.now);
        this.#keepOutput(event);
        break;
      case 'held':
        this.tell(
          'error',
          `${positionOf(event.message)} is held: ${event.failure.name}: ${event.failure.message}`,
        );
        break;
      case 'finished':
        this.tell('info', `${positionOf(event.message)} ${event.final}: ${event.note}`);
        break;
      case 'committed':
        for (const {partition, offset} of event.offsets) this.#committed.set(partition, offset);
        break;
      case 'commit-failed':
        this.tell('warning', `A commit was not confirmed, and is tried again: ${event.reason}`);
        break;
      case 'look-failed':
        this.say(
          'warning',
          `The group's offsets cannot be asked for, and it is tried again: ${event.reason}`,
        );
        break;
      case 'fetch-refused':
        this.say('warning', sayRefused(event));
        break;
      case 'topic-recreated':
        this.deliveries.forgetPlaces(event.topic);
        this.#committed.clear();
        this.say('warning', `Topic ${event.topic} was deleted and made again.`);
        break;
      case 'topic-grown':
        this.say('info', `Topic ${event.topic} has ${event.to} partitions now, and had ${event.from}.`);
        break;
      case 'unreachable':
        this.say(
          'warning',
          `No leader now: ${partitionWords(event.partitions)}. It goes on by itself when there is one.`,
        );
        break;
      case 'start-overruled':
        this.say(
          'info',
          `The group is running already: ${partitionWords(event.partitions)} goes on where it has committed.`,
        );
        break;
      case 'position-lost':
        this.tell(
          'error',
          `Partition ${event.lost.partition}: the position ${event.lost.position} is lost (${event.lost.cause})`,
        );
        break;
      case 'batch-unreadable': {
        const {at, batch, onFailure} = event;
        const policy = whyPolicyHolds(onFailure, batch);
        this.tell('error', `${sayUnreadable({...batch, ...at})}${policy && `. ${policy}`}`);
        break;
      }
      case 'batch-skipped': {
        this.tell('info', `${nameOf({...event, ...event.at})} skipped unread: ${event.note}`);
        break;
      }
      case 'batch-read-again':
        this.tell('info', `${positionOf({...event.at, offset: event.from})} is read again`);
        break;
      case 'where-to-start':
        this.question = {
          partitions: event.partitions,
          retained: event.partitions.reduce((sum, each) => sum + each.retained, 0n),
        };
        break;
      case 'assigned':
        this.question = null;
        this.takeGroupFacts(event.partitions);
        break;
      case 'start-refused':
        this.tell('error', `Starting there would pass ${event.unprocessed} messages that nobody processed.`);
        break;
      default:
        break;
    }
  }

  takeConsumerState(state: ConsumerState): void {
    this.#dirty = true;
    const before = this.consumer;
    this.consumer = state;
    if (state.status !== 'asking') this.question = null;
    if (state.status !== 'stopped') this.joining = null;
    if (state.status === 'running') this.#hasRun = true;
    if (state.status === 'disconnected' || state.status === 'failed') this.tell('error', state.explanation);
    else if (before.status === 'disconnected' && state.status === 'running')
      this.tell('info', 'Connected again.');
  }

  /** Joining is asked about first; null: no more. Nothing is consumed meanwhile. */
  takeJoinQuestion(question: JoinQuestion | null): void {
    this.takeConsumerState({status: 'stopped', reason: this.#hasRun ? 'asked' : 'not-started'});
    this.joining = question;
    if (question?.status === 'unknown') this.tell('error', question.explanation);
  }

  takeTopicState(state: TopicState): void {
    this.#dirty = true;
    if (state.status === 'unreachable' && this.topic.status !== 'unreachable')
      this.tell('error', state.explanation);
    this.topic = state;
    if (state.status !== 'there') return;
    for (const {partition, first, end} of state.partitions) this.#bounds.set(partition, {first, end});
  }

  takeGroupFacts(
    facts: readonly {
      readonly partition: number;
      readonly committed: bigint | null;
      readonly first: bigint;
      readonly end: bigint;
    }[],
  ): void {
    this.#dirty = true;
    for (const {partition, first, end, committed} of facts) {
      this.#bounds.set(partition, {first, end});
      this.#committed.set(partition, committed);
    }
  }

  /** What the group has committed, while we are not in it. */
  takeCommitted(committed: ReadonlyMap<number, bigint>): void {
    this.#dirty = true;
    this.#committed.clear();
    for (const [partition, offset] of committed) this.#committed.set(partition, offset);
  }

  /** One of many is not told in the log: whoever sends them does. */
  takeDelivery(delivery: Delivery, sent: 'alone' | 'in bulk' = 'alone'): void {
    this.#dirty = true;
    this.deliveries.take(delivery);
    if (delivery.draft.topic === this.place.topic) this.timeline.takeDelivery(delivery, this.now);
    const {state} = delivery;
    if (sent === 'in bulk') return;
    if (state.status === 'failed') this.tell('error', `Delivery ${delivery.id} failed: ${state.reason}`);
    if (state.status === 'unknown')
      this.tell('warning', `Delivery ${delivery.id} is unknown: ${state.reason}`);
  }

  setFaults(faults: InjectedFaults): void {
    this.#dirty = true;
    this.faults = faults;
  }

  setStep(step: boolean): void {
    this.#dirty = true;
    this.step = step;
  }

  /** Asked before each commit: the fault of that name takes place once. */
  crashesNow(): boolean {
    if (!this.faults.crashBeforeCommit) return false;
    this.setFaults({...this.faults, crashBeforeCommit: false});
    this.say(
      'warning',
      'Crashed on purpose before a commit: what was finished and not committed comes again.',
    );
    return true;
  }

  /** A search was begun, or came further. */
  takeSearch(search: Search): void {
    this.#dirty = true;
    this.search = search;
  }

  /** The broker that was brought along listens now. */
  movedTo(brokers: string): void {
    this.#dirty = true;
    this.place = {...this.place, brokers};
  }

  /** Adds a line to the log. */
  tell(level: LogEntry['level'], text: string): void {
    this.#dirty = true;
    const entry = {at: this.now, level, text};
    this.log.push(entry);
    this.#onLog(entry);
  }

  /** Shows one line for a few seconds, and keeps it in the log. */
  say(level: LogEntry['level'], text: string): void {
    this.tell(level, text);
    this.flash = {text, level, until: this.now + (level === 'info' ? 4000 : 8000)};
  }

  /** Whether the group has committed past this message. */
  isCommitted(partition: number, offset: bigint): boolean {
    // Asked for every row that is drawn; partitions are nearly always in order and complete.
    const expected = this.partitions[partition];
    const view =
      expected?.partition === partition
        ? expected
        : this.partitions.find(each => each.partition === partition);
    const committed = view?.committed ?? null;
    return committed !== null && committed > offset;
  }

  /** Whether the group has committed past what the row shows: the delivery of the message that it is about. */
  isRowCommitted({partition, offset, isCommitted}: Row): boolean {
    return isCommitted ?? this.isCommitted(partition, offset);
  }

  /** Our delivery that published the message at this place; null: another's, or no longer in view. */
  deliveryOf(partition: number, offset: bigint): Delivery | null {
    return this.deliveries.at(this.place.topic, partition, offset);
  }

  #lookAtPartitions(): void {
    this.partitions = partitionViews(this.topic, this.#bounds, this.#committed, this.#lanes());
  }

  #keepOutput({messages, outcomes}: Extract<FlowEvent, {type: 'handled'}>): void {
    const last = outcomes.at(-1);
    if (last?.output === undefined) return;
    this.tell('info', `${positionOf(messages[outcomes.length - 1]!)} printed: ${last.output.slice(0, 2000)}`);
  }

  #movesByItself(): boolean {
    if (this.flash && this.flash.until < this.now) {
      this.flash = null;
      return true;
    }
    const waits = ['connecting', 'joining', 'rebalancing', 'stopping', 'disconnected'];
    if (waits.includes(this.consumer.status) || this.topic.status !== 'there') return true;
    return (
      this.inBulk !== null ||
      this.deliveries.counts.pending > 0 ||
      this.rate.history.some(count => count > 0) ||
      this.partitions.some(({obstacle}) => obstacle !== null)
    );
  }
}

/** `partition 1`, `partitions 1, 2`. */
function partitionWords(partitions: readonly {readonly partition: number}[]): string {
  const numbers = partitions.map(({partition}) => partition).join(', ');
  return partitions.length === 1 ? `partition ${numbers}` : `partitions ${numbers}`;
}
