import type {Clock} from './clock.ts';
import {CommitLoop, type Committer} from './commit-loop.ts';
import type {AssignedPartition, FlowEvent, LostPosition, PartitionOffset} from './events.ts';
import type {FailurePolicy} from './failure-policy.ts';
import {FetchGate} from './fetch-gate.ts';
import type {Fetched} from './fetched-queue.ts';
import type {Handler} from './handler.ts';
import {type DeadLetterResult, type HeldMessage, Lane, type LaneStart, type LaneState} from './lane.ts';
import type {Message, TopicPartition} from './message.ts';
import type {Failure} from './outcome.ts';
import {type StartContext, Starting} from './starting.ts';
import {lostPosition, type PartitionFacts, type StartFrom, type StartingPoint} from './starting-point.ts';
import {Step} from './step.ts';
import {inTurns} from './turns.ts';
import type {BatchBounds, SkippedBatch} from './unreadable.ts';

export type ProcessingOptions = {
  readonly topic: string;
  readonly clock: Clock;
  readonly handler: Handler;
  readonly policy: FailurePolicy;
  /** What to do with a position that no longer exists. */
  readonly onLost: 'ask' | 'first' | 'end';
  emit(event: FlowEvent): void;
  readonly commit: Committer;
  /** Stops fetching the partition. */
  pause(at: TopicPartition): void;
  /** Fetches the partition, from `from` on where given. */
  resume(at: TopicPartition, from?: bigint): void;
  deadLetter(message: Message, failure: Failure): Promise<DeadLetterResult>;
  /** A broker's or handler's error as one sentence. */
  explain(error: unknown): string;
  readonly commitFaults?: CommitFaults | undefined;
  /** When all events until now are with whoever reads of them (see `CommitLoop`): what is not told is not committed. */
  told?(): Promise<void> | null;
  /**
   * Whether the group has heard of us within the session timeout. Else our partitions may be another member's by now, as
   * after the machine slept: no run begins until `memberSeen`, or until the group has met.
   */
  isMember?(): boolean;
};

/** Faults put in on purpose between finishing and committing. Nothing is ever committed because of them. */
export type CommitFaults = {
  /** What is finished stays uncommitted while this answers true; then `commitSoon` is to be called. */
  withheld(): boolean;
  /** Asked in the place of each commit of finished work. True: it is not sent, and the member is gone by now. */
  crash(): boolean;
};

/** What became ours when the group had met. */
export type Assignment = {
  /** Of every partition that is ours and that the cluster tells of. */
  readonly facts: readonly PartitionFacts[];
  /** Ours too, but nobody can tell where their messages are now: they have no leader. */
  readonly unreachable: readonly {readonly partition: number; readonly committed: bigint | null}[];
  /** The member id is the one of before: kept partitions keep their lanes. */
  readonly sameMember: boolean;
  /** Nobody else in the group reads the topic. */
  readonly isAlone: boolean;
  /** How many partitions the topic has. */
  readonly count: number;
  /** How many it had when the group started on it, long ago perhaps; null: it has not yet, as far as can be known. */
  readonly startedWith: number | null;
};

/** A lane as it stands, for status and for tests. */
export type LaneView = TopicPartition & {
  readonly next: bigint;
  /** Finished without a gap below this offset. */
  readonly prefix: bigint;
  readonly committed: bigint | null;
  readonly state: LaneState;
  /** Step by step: the message that waits to be let. */
  readonly waiting: Message | null;
  /** The processing code has paused the partition, as KafkaJS's `pause()` does. */
  readonly isPausedByCode: boolean;
};

/** After a commit of `--on-lost` that was not confirmed, in ms. */
const acceptAgainAfter = 1000;

class CrashedOnPurpose extends Error {}

type Closed = 'meeting' | 'by-hand' | 'reader-behind' | 'stopping';

/**
 * All lanes of one topic within one consumer: who owns what, when a run may begin, what is committed, and the acts of
 * the operator. Rules 3 to 8 of the flow come together here; it knows no broker and no screen.
 */
export class Processing {
  readonly #options: ProcessingOptions;
  readonly #lanes = new Map<number, Lane>();
  /** Failures of lanes that moved away: held again when they come back. */
  readonly #remembered = new Map<number, HeldMessage>();
  /** How far a partition that went away had come: tells whether what comes back is the same log. */
  readonly #reached = new Map<number, bigint>();
  readonly #closed = new Set<Closed>();
  /** A run was not begun, since it was not known whether we are a member still. */
  #doubted = false;
  readonly #step = new Step();
  readonly #starting = new Starting();
  readonly #pausedByCode = new Set<number>();
  /** The lanes that each request of commits is about: a lane made since is not what it confirms. */
  readonly #committing = new WeakMap<readonly PartitionOffset[], ReadonlyMap<number, Lane>>();
  readonly #commits: CommitLoop;
  readonly #fetching: FetchGate;
  readonly #soon: (action: () => void) => void;

  constructor(options: ProcessingOptions) {
    this.#options = options;
    this.#soon = inTurns(options.clock);
    this.#fetching = new FetchGate(options);
    this.#commits = new CommitLoop({
      clock: options.clock,
      commit: async offsets => {
        // Where the group starts is no work that could come again.
        const lanes = [...(this.#committing.get(offsets)?.values() ?? [])];
        const isWork = lanes.some(({ledger}) => ledger.hasFinished);
        if (isWork && options.commitFaults?.crash()) throw new CrashedOnPurpose();
        await options.commit(offsets);
      },
      collect: () => this.#committable(),
      told: () => options.told?.() ?? null,
      stillOurs: offsets => {
        const lanes = this.#committing.get(offsets);
        const ours = offsets.filter(({partition}) => lanes?.get(partition) === this.#lanes.get(partition));
        if (lanes) this.#committing.set(ours, lanes);
        return ours;
      },
      confirmed: offsets => {
        const lanes = this.#committing.get(offsets);
        for (const {partition, offset} of offsets) lanes?.get(partition)?.ledger.confirm(offset);
        options.emit({type: 'committed', offsets});
      },
      failed: (offsets, error) => {
        if (error instanceof CrashedOnPurpose) return;
        options.emit({type: 'commit-failed', offsets, reason: options.explain(error)});
      },
    });
    options.handler.onPause?.((partition, isPaused) => {
      if (isPaused) this.#pausedByCode.add(partition);
      else this.#pausedByCode.delete(partition);
      this.#lanes.get(partition)?.pauseByCode(isPaused);
    });
  }

  /** Where to start, which counts once: see `Starting`. Asked again by `where-to-start` when it does not decide. */
  startFrom(choice: StartFrom): void {
    this.#starting.choose(choice);
  }

  /** Where to start is decided; the group's offsets rule from now on. */
  get hasStarted(): boolean {
    return !this.#starting.isFirst;
  }

  /** The group meets: no run begins, what is finished is sent to commit (nobody waits for it), the rest stays open. */
  beginMeeting(): void {
    this.#close('meeting');
    void this.#commits.flush();
    this.#commits.suspend();
  }

  /** We are in the group (again), and what it has committed is not known yet: nothing is dispatched or committed until `meet`. */
  joined(): void {
    this.#close('meeting');
    this.#commits.untilTold();
  }

  /** The group has met. Answers false while the person's choice of where to start is missing. */
  meet({facts, unreachable, sameMember, isAlone, count, startedWith}: Assignment): boolean {
    this.#close('meeting');
    const {topic} = this.#options;
    const ours = new Set([...facts, ...unreachable].map(({partition}) => partition));
    const lanes = [...this.#lanes.keys()];
    this.#revoke(lanes.filter(partition => !ours.has(partition)));
    if (!sameMember)
      this.#revoke(
        lanes.filter(partition => ours.has(partition)),
        {isOutage: true},
      );
    const context = {isAlone, startedWith};
    const fresh = facts.filter(({partition}) => !this.#lanes.has(partition));
    if (!this.#decided(fresh, context)) return false;
    this.#tellOverruled(fresh, context);
    const points = new Map(fresh.map(each => [each.partition, this.#starting.pointOf(each, context)]));
    this.#starting.started(ours, startedWith ?? count);
    this.#starting.owns(ours);
    for (const each of facts) {
      const lane = this.#lanes.get(each.partition);
      if (lane) this.#keep(lane, each);
      else this.#begin(each, points.get(each.partition)!);
    }
    for (const {partition, committed} of unreachable) this.#keepUntold(partition, committed);
    this.#options.emit({type: 'assigned', partitions: facts.map(each => this.#assigned(each))});
    const waiting = unreachable.filter(({partition}) => !this.#lanes.has(partition));
    if (waiting.length > 0) {
      const partitions = waiting.map(({partition}) => ({topic, partition}));
      this.#options.emit({type: 'unreachable', partitions});
    }
    this.#commits.resume();
    this.#open('meeting');
    return true;
  }

  /** A partition of ours that nobody could tell of when the group met has a leader again. */
  beginLate(facts: PartitionFacts, context: StartContext): void {
    if (this.#starting.isFirst || this.#closed.has('meeting') || this.#lanes.has(facts.partition)) return;
    this.#begin(facts, this.#starting.pointOf(facts, context));
    this.#options.emit({type: 'assigned', partitions: [this.#assigned(facts)]});
    this.#commits.kick();
  }

  /** The topic was deleted and made again: failures and choices belonged to the one before. */
  topicRecreated(): void {
    this.#remembered.clear();
    this.#starting.forgetTopic();
    this.#options.emit({type: 'topic-recreated', topic: this.#options.topic});
  }

  /** The consumer is gone (crash, connection lost, stopped): every lane ends, failures are remembered. */
  loseAll(): void {
    this.#close('meeting');
    this.#commits.suspend();
    this.#revoke([...this.#lanes.keys()], {isOutage: true});
  }

  enqueue(partition: number, fetched: Fetched): void {
    this.#lanes.get(partition)?.enqueue(fetched);
  }

  /** The broker said that the position of this partition is out of range, or a check found it so. */
  checkPosition(facts: PartitionFacts): void {
    const lane = this.#lanes.get(facts.partition);
    if (!lane || lane.state.status === 'lost' || this.#isLost(lane, facts)) return;
    if (lane.wantsMore) this.#options.resume(lane.at, lane.next);
  }

  /** Goes on from the first or the end of a lost partition, by an explicit commit. Rejects when that is not confirmed. */
  async acceptLost(partition: number, target: 'first' | 'end'): Promise<boolean> {
    const lane = this.#lanes.get(partition);
    if (lane?.state.status !== 'lost') return false;
    const {lost} = lane.state;
    const position = target === 'first' ? lost.first : lost.end;
    const {committed} = lane.ledger;
    // A replay whose position is gone: where the group is was never in question, and is not lowered.
    if (committed !== null && position < committed && isThere(lost, committed)) {
      this.#replaceLane(lane, position, committed);
      return true;
    }
    const offsets = [{...lane.at, offset: position}];
    await this.#options.commit(offsets);
    if (this.#lanes.get(partition) !== lane) return false;
    this.#options.emit({type: 'committed', offsets});
    this.#replaceLane(lane, position, position);
    return true;
  }

  retry(partition: number, offset: bigint): boolean {
    return this.#lanes.get(partition)?.retry(offset) ?? false;
  }

  skip(partition: number, offset: bigint, reason: string): boolean {
    return this.#lanes.get(partition)?.skip(offset, reason) ?? false;
  }

  deadLetter(partition: number, offset: bigint): boolean {
    return this.#lanes.get(partition)?.deadLetter(offset) ?? false;
  }

  replace(partition: number, offset: bigint, where: string): boolean {
    return this.#lanes.get(partition)?.replace(offset, where) ?? false;
  }

  /** Passes over what cannot be read, for good: exactly this batch. Committed like anything that is finished. */
  skipUnreadable(partition: number, batch: BatchBounds, reason: string): SkippedBatch {
    return this.#lanes.get(partition)?.skipUnreadable(batch, reason) ?? 'not-there';
  }

  /** Asks for what cannot be read from `from` on once more: it may have been the way, or the broker's disk. */
  readAgain(partition: number, from: bigint): boolean {
    return this.#lanes.get(partition)?.readAgain(from) ?? false;
  }

  /** The group has heard of us, and we are a member: what waited for that goes on. */
  memberSeen(): void {
    if (!this.#doubted || this.#closed.size > 0) return;
    this.#doubted = false;
    for (const lane of this.#lanes.values()) lane.mayGoOn();
  }

  #mayDispatch(): boolean {
    if (this.#closed.size > 0) return false;
    if (this.#options.isMember?.() ?? true) return true;
    this.#doubted = true;
    return false;
  }

  /** Paused by hand: no run begins until resumed; membership and what was fetched stay. */
  pauseByHand(): void {
    this.#close('by-hand');
  }

  resumeByHand(): void {
    this.#open('by-hand');
  }

  /** Whoever reads of what happens is behind: no run begins until they have caught up; the membership stays. */
  waitForReader(): void {
    this.#close('reader-behind');
  }

  readerCaughtUp(): void {
    this.#open('reader-behind');
  }

  /** Commits are withheld no more: what is finished goes out. */
  commitSoon(): void {
    this.#commits.kick();
  }

  get isPausedByHand(): boolean {
    return this.#closed.has('by-hand');
  }

  /** Step by step: on, each message waits until it is released; off, all flow. The membership stays. */
  step(on: boolean): void {
    if (on === this.#step.isOn) return;
    this.#step.turn(on);
    if (this.#closed.size > 0) return;
    for (const lane of this.#lanes.values()) {
      // A run in hand begins no further message.
      if (on) lane.stopDispatching();
      lane.mayGoOn();
    }
  }

  /** Lets one message of the partition begin, or one of every partition. Answers which partitions that are. */
  release(partition?: number): readonly number[] {
    if (!this.#step.isOn) return [];
    const lanes = [...this.#lanes.values()].filter(({at}) => (partition ?? at.partition) === at.partition);
    for (const lane of lanes) {
      this.#step.release(lane.at.partition);
      lane.dispatch();
    }
    return lanes.map(({at}) => at.partition);
  }

  get isStepping(): boolean {
    return this.#step.isOn;
  }

  lanes(): readonly LaneView[] {
    return [...this.#lanes.values()].map(lane => ({
      ...lane.at,
      next: lane.next,
      prefix: lane.ledger.prefix,
      committed: lane.ledger.committed,
      state: lane.state,
      waiting: this.#step.isOn ? lane.waiting : null,
      isPausedByCode: lane.isPausedByCode,
    }));
  }

  /** Bytes kept in memory for messages fetched ahead. */
  get retainedBytes(): number {
    return this.#fetching.retainedBytes;
  }

  /**
   * Ends in order: no run begins, those in hand have `graceMs` to end, and what is finished is committed. Answers how
   * many runs were still in hand when the grace was over: their messages come again.
   */
  async stop(graceMs: number): Promise<number> {
    this.#close('stopping');
    const idle = Promise.all([...this.#lanes.values()].map(lane => lane.idle()));
    let cancel = () => {};
    await Promise.race([
      idle,
      new Promise<void>(resolve => {
        cancel = this.#options.clock.after(graceMs, resolve);
      }),
    ]);
    cancel();
    await this.#commits.flush();
    this.#commits.close();
    const left = [...this.#lanes.values()].filter(lane => lane.isInHand).length;
    this.#revoke([...this.#lanes.keys()]);
    return left;
  }

  /** Whether every fresh partition knows where to begin; if not, it is asked for, or said why not. */
  #decided(fresh: readonly PartitionFacts[], context: StartContext): boolean {
    const points = fresh.map(each => ({...each, point: this.#starting.pointOf(each, context)}));
    const asking = points.flatMap(({point, ...at}) =>
      point.start === 'ask' ? [{topic: at.topic, partition: at.partition, retained: point.retained}] : [],
    );
    if (asking.length > 0) this.#options.emit({type: 'where-to-start', partitions: asking});
    const unprocessed = points.reduce(
      (sum, {point}) => (point.start === 'refused' ? sum + point.unprocessed : sum),
      0n,
    );
    if (unprocessed > 0n) this.#options.emit({type: 'start-refused', unprocessed});
    return asking.length === 0 && unprocessed === 0n;
  }

  #tellOverruled(fresh: readonly PartitionFacts[], context: StartContext): void {
    const partitions = fresh
      .filter(each => this.#starting.isOverruled(each, context))
      .map(({topic, partition, committed}) => ({topic, partition, offset: committed!}));
    if (partitions.length > 0) this.#options.emit({type: 'start-overruled', partitions});
  }

  #begin(facts: PartitionFacts, point: StartingPoint): void {
    const {topic, partition, committed} = facts;
    const at = {topic, partition};
    const reached = this.#reached.get(partition);
    this.#reached.delete(partition);
    this.#starting.begun(partition, point);
    if (facts.recreated) this.#remembered.delete(partition);
    // The group's offset went with the topic that was deleted; how far we had come in it did not.
    const gone = committed === null && reached !== undefined ? lostPosition(facts, reached) : null;
    const lost = gone ?? (point.start === 'lost' ? point.lost : null);
    if (lost) {
      this.#lose(this.#addLane(at, {position: lost.position, committed}), lost);
      return;
    }
    if (point.start !== 'at') return;
    this.#addLane(at, {position: point.position, committed, commitsStart: point.commit});
    this.#fetching.resume(at, point.position);
  }

  #keep(lane: Lane, facts: PartitionFacts): void {
    const {committed} = lane.ledger;
    lane.meet(facts.committed);
    if (lane.state.status === 'lost') {
      // Another member went on from somewhere meanwhile: so does this one, and nothing is lost any more.
      const isNews = facts.committed !== null && facts.committed !== committed;
      if (isNews && lostPosition(facts, facts.committed!) === null)
        this.#replaceLane(lane, facts.committed!, facts.committed);
    } else if (!this.#isLost(lane, facts)) {
      if (lane.wantsMore) this.#fetching.resume(lane.at, lane.next);
      else this.#fetching.pause(lane.at);
    }
  }

  /** It goes on as it was; where its position is gone by then, the fetch says so. */
  #keepUntold(partition: number, committed: bigint | null): void {
    const lane = this.#lanes.get(partition);
    lane?.meet(committed);
    if (lane?.wantsMore) this.#fetching.resume(lane.at, lane.next);
  }

  /** Holds the lane against what the partition has now. True: it was lost, or replaced by a new one. */
  #isLost(lane: Lane, facts: PartitionFacts): boolean {
    const {prefix} = lane.ledger;
    if (facts.recreated && prefix === facts.first) {
      // Nothing was finished in the topic before: what was fetched of it goes, and the new one is read from its first.
      this.#replaceLane(lane, facts.first, facts.committed);
      return true;
    }
    const lost = lostPosition(facts, facts.recreated ? prefix : lane.next);
    if (lost) this.#lose(lane, {...lost, position: prefix});
    return lost !== null;
  }

  /** What the lane holds is gone; a new one reads on from `position`. */
  #replaceLane(lane: Lane, position: bigint, committed: bigint | null): void {
    lane.revoke({isGone: true});
    this.#addLane(lane.at, {position, committed});
    this.#fetching.resume(lane.at, position);
  }

  #assigned(facts: PartitionFacts): AssignedPartition {
    return {...facts, position: this.#lanes.get(facts.partition)!.next};
  }

  #addLane(at: TopicPartition, start: Pick<LaneStart, 'position' | 'committed' | 'commitsStart'>): Lane {
    const {clock, handler, policy, emit, deadLetter} = this.#options;
    const remembered = this.#remembered.get(at.partition);
    this.#remembered.delete(at.partition);
    const lane = new Lane(
      at,
      {...start, remembered, isPausedByCode: this.#pausedByCode.has(at.partition)},
      {
        clock,
        soon: this.#soon,
        handler,
        policy,
        emit,
        deadLetter,
        advanced: () => this.#commits.kick(),
        bytesChanged: change => this.#fetching.bytesChanged(at, change),
        pause: () => this.#fetching.pause(at),
        resume: (_, from) => this.#fetching.resume(at, from),
        mayDispatch: () => this.#mayDispatch(),
        allowance: partition => this.#step.allowance(partition),
        began: partition => this.#step.began(partition),
      },
    );
    this.#lanes.set(at.partition, lane);
    return lane;
  }

  #lose(lane: Lane, lost: LostPosition): void {
    lane.lose(lost);
    const {onLost} = this.#options;
    if (onLost !== 'ask') this.#acceptByPolicy(lane, lost, onLost);
  }

  /** `--on-lost`: tried again until it is confirmed, or the partition is another's. */
  #acceptByPolicy(lane: Lane, lost: LostPosition, target: 'first' | 'end'): void {
    if (this.#lanes.get(lost.partition) !== lane || lane.state.status !== 'lost') return;
    this.acceptLost(lost.partition, target).catch((error: unknown) => {
      const offsets = [{...lane.at, offset: target === 'first' ? lost.first : lost.end}];
      this.#options.emit({type: 'commit-failed', offsets, reason: this.#options.explain(error)});
      this.#options.clock.after(acceptAgainAfter, () => this.#acceptByPolicy(lane, lost, target));
    });
  }

  /** `isOutage`: we lost our membership, not the partition to another member. A replay goes on after it. */
  #revoke(partitions: readonly number[], {isOutage = false} = {}): void {
    for (const partition of partitions) {
      const lane = this.#lanes.get(partition)!;
      const {state, ledger} = lane;
      if (state.status === 'held') this.#remembered.set(partition, state.held);
      if (state.status === 'dead-lettering' && state.held.byPolicy)
        this.#remembered.set(partition, state.held);
      this.#reached.set(partition, ledger.prefix);
      const {prefix, committed} = ledger;
      if (isOutage && committed !== null && prefix < committed)
        this.#starting.interrupted(partition, {reached: prefix, committed});
      lane.revoke();
      this.#lanes.delete(partition);
      this.#fetching.forget(lane.at);
    }
    if (partitions.length === 0) return;
    const {topic} = this.#options;
    this.#options.emit({type: 'revoked', partitions: partitions.map(partition => ({topic, partition}))});
  }

  #committable(): PartitionOffset[] {
    if (this.#options.commitFaults?.withheld()) return [];
    const offsets: PartitionOffset[] = [];
    const lanes = new Map<number, Lane>();
    for (const lane of this.#lanes.values()) {
      const offset = lane.state.status === 'lost' ? null : lane.ledger.committable();
      if (offset === null) continue;
      offsets.push({...lane.at, offset});
      lanes.set(lane.at.partition, lane);
    }
    this.#committing.set(offsets, lanes);
    return offsets;
  }

  #close(reason: Closed): void {
    this.#closed.add(reason);
    for (const lane of this.#lanes.values()) lane.stopDispatching();
  }

  #open(reason: Closed): void {
    this.#closed.delete(reason);
    if (this.#closed.size > 0) return;
    this.#doubted = false;
    for (const lane of this.#lanes.values()) lane.mayGoOn();
  }
}

/** Whether the group's offset is one that the partition has, whatever became of the position that was lost. */
function isThere({first, end, cause}: LostPosition, committed: bigint): boolean {
  return cause !== 'recreated' && committed >= first && committed <= end;
}
