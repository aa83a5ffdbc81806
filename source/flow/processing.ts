import type {Clock} from './clock.ts';
import {CommitLoop, type Committer} from './commit-loop.ts';
import type {FlowEvent, LostPosition, PartitionOffset} from './events.ts';
import type {FailurePolicy} from './failure-policy.ts';
import {FetchGate} from './fetch-gate.ts';
import type {Fetched} from './fetched-queue.ts';
import type {Handler} from './handler.ts';
import {type DeadLetterResult, type HeldMessage, Lane, type LaneState} from './lane.ts';
import type {Message, TopicPartition} from './message.ts';
import type {Failure} from './outcome.ts';
import {
  lostPosition,
  type PartitionFacts,
  type StartFrom,
  type StartOfOne,
  startingPoint,
  startOf,
} from './starting-point.ts';
import {Step} from './step.ts';
import {inTurns} from './turns.ts';

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
};

/** Faults put in on purpose between finishing and committing. Nothing is ever committed because of them. */
export type CommitFaults = {
  /** What is finished stays uncommitted while this answers true; then `commitSoon` is to be called. */
  withheld(): boolean;
  /** Asked in the place of each commit of finished work. True: it is not sent, and the member is gone by now. */
  crash(): boolean;
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
};

class CrashedOnPurpose extends Error {}

type Closed = 'meeting' | 'by-hand' | 'stopping';

/**
 * All lanes of one topic within one consumer: who owns what, when a run may begin, what is committed, and the acts of
 * the operator. Rules 3 to 8 of the flow come together here; it knows no broker and no screen.
 */
export class Processing {
  readonly #options: ProcessingOptions;
  readonly #lanes = new Map<number, Lane>();
  /** Failures of lanes that moved away: held again when they come back. */
  readonly #remembered = new Map<number, HeldMessage>();
  /** How far a partition that we gave away had come: a replay goes on there. */
  readonly #reached = new Map<number, bigint>();
  readonly #closed = new Set<Closed>();
  readonly #step = new Step();
  readonly #commits: CommitLoop;
  readonly #fetching: FetchGate;
  readonly #soon: (action: () => void) => void;
  #from: StartFrom = {from: 'committed'};
  #knowsTopic = false;

  constructor(options: ProcessingOptions) {
    this.#options = options;
    this.#soon = inTurns(options.clock);
    this.#fetching = new FetchGate(options);
    this.#commits = new CommitLoop({
      clock: options.clock,
      commit: async offsets => {
        if (options.commitFaults?.crash()) throw new CrashedOnPurpose();
        await options.commit(offsets);
      },
      collect: () => this.#committable(),
      confirmed: offsets => {
        for (const {partition, offset} of offsets) this.#lanes.get(partition)?.ledger.confirm(offset);
        options.emit({type: 'committed', offsets});
      },
      failed: (offsets, error) => {
        if (error instanceof CrashedOnPurpose) return;
        options.emit({type: 'commit-failed', offsets, reason: options.explain(error)});
      },
    });
  }

  /** Where lanes without a past begin; asked again by `where-to-start` when it does not decide. */
  startFrom(choice: StartFrom): void {
    this.#from = choice;
  }

  /** The group meets: no run begins, what is finished is sent to commit (nobody waits for it), the rest stays open. */
  beginMeeting(): void {
    this.#close('meeting');
    void this.#commits.flush();
    this.#commits.suspend();
  }

  /**
   * The group has met. `facts` are of every partition that is ours now. With the same member id a kept partition keeps
   * its lane; with a new one all lanes are fresh. Answers false while the person's choice is missing.
   */
  meet(facts: readonly PartitionFacts[], sameMember: boolean): boolean {
    this.#close('meeting');
    const ours = new Set(facts.map(each => each.partition));
    this.#revoke([...this.#lanes.keys()].filter(partition => !sameMember || !ours.has(partition)));
    const undecided = facts.filter(each => !this.#lanes.has(each.partition));
    if (!this.#decided(undecided)) return false;
    for (const each of facts) {
      const lane = this.#lanes.get(each.partition);
      if (lane) this.#keep(lane, each);
      else this.#begin(each);
    }
    this.#knowsTopic = true;
    this.#options.emit({
      type: 'assigned',
      partitions: facts.map(each => ({...each, position: this.#lanes.get(each.partition)!.next})),
    });
    this.#commits.resume();
    this.#open('meeting');
    return true;
  }

  /** The consumer is gone (crash, connection lost, stopped): every lane ends, failures are remembered. */
  loseAll(): void {
    this.#close('meeting');
    this.#commits.suspend();
    this.#revoke([...this.#lanes.keys()]);
  }

  enqueue(partition: number, fetched: Fetched): void {
    this.#lanes.get(partition)?.enqueue(fetched);
  }

  /** The broker said that the position of this partition is out of range, or a check found it so. */
  checkPosition(facts: PartitionFacts): void {
    const lane = this.#lanes.get(facts.partition);
    if (!lane || lane.state.status === 'lost') return;
    const lost = lostPosition(facts, lane.next);
    if (lost) this.#lose(lane, {...lost, position: lane.ledger.prefix});
    else this.#options.resume(lane.at, lane.next);
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
      lane.revoke();
      this.#addLane(lane.at, position, committed);
      this.#fetching.resume(lane.at, position);
      return true;
    }
    const offsets = [{...lane.at, offset: position}];
    await this.#options.commit(offsets);
    if (this.#lanes.get(partition) !== lane) return false;
    lane.revoke();
    this.#options.emit({type: 'committed', offsets});
    this.#addLane(lane.at, position, position);
    this.#fetching.resume(lane.at, position);
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

  /** Paused by hand: no run begins until resumed; membership and what was fetched stay. */
  pauseByHand(): void {
    this.#close('by-hand');
  }

  resumeByHand(): void {
    this.#open('by-hand');
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

  #decided(fresh: readonly PartitionFacts[]): boolean {
    const points = fresh.map(each => ({...each, point: startingPoint(each, this.#choiceFor(each))}));
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

  /** The person's choice holds for a partition's first lane; a later one goes on where the group is. */
  #choiceFor({partition, committed}: PartitionFacts): StartOfOne {
    if (this.#reached.has(partition)) return committed === null ? {from: 'beginning'} : {from: 'committed'};
    const choice = startOf(this.#from, partition);
    // A partition that was added to a topic we consume: all that is in it is new.
    if (this.#knowsTopic && committed === null && choice.from === 'committed') return {from: 'beginning'};
    return choice;
  }

  #begin(facts: PartitionFacts): void {
    const {topic, partition, committed} = facts;
    const at = {topic, partition};
    const reached = this.#reached.get(partition);
    const point = startingPoint(facts, this.#choiceFor(facts));
    // The group's offset went with the topic that was deleted; how far we had come in it did not.
    const gone = committed === null && reached !== undefined ? lostPosition(facts, reached) : null;
    const lost = gone ?? (point.start === 'lost' ? point.lost : null);
    if (lost) {
      this.#lose(this.#addLane(at, lost.position, committed), lost);
      return;
    }
    if (point.start !== 'at') return;
    // A replay that was interrupted goes on where it was, below the committed offset.
    const isReplay = startOf(this.#from, partition).from !== 'committed';
    const replaying = isReplay && reached !== undefined && reached < point.position;
    const position = replaying && reached >= facts.first ? reached : point.position;
    if (point.commit && committed !== position) this.#commitStart({...at, offset: position});
    this.#addLane(at, position, committed);
    this.#fetching.resume(at, position);
  }

  #commitStart(offset: PartitionOffset): void {
    this.#options.commit([offset]).then(
      () => {
        this.#lanes.get(offset.partition)?.ledger.confirm(offset.offset);
        this.#options.emit({type: 'committed', offsets: [offset]});
      },
      (error: unknown) => {
        this.#options.emit({type: 'commit-failed', offsets: [offset], reason: this.#options.explain(error)});
      },
    );
  }

  #keep(lane: Lane, facts: PartitionFacts): void {
    lane.meet(facts.committed);
    const lost = lane.state.status === 'lost' ? null : lostPosition(facts, lane.next);
    if (lost) this.#lose(lane, {...lost, position: lane.ledger.prefix});
    else if (lane.wantsMore) this.#fetching.resume(lane.at, lane.next);
    else this.#fetching.pause(lane.at);
  }

  #addLane(at: TopicPartition, position: bigint, committed: bigint | null): Lane {
    const {clock, handler, policy, emit, deadLetter} = this.#options;
    const remembered = this.#remembered.get(at.partition);
    this.#remembered.delete(at.partition);
    const lane = new Lane(
      at,
      {position, committed, remembered},
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
        mayDispatch: () => this.#closed.size === 0,
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
    if (onLost === 'ask') return;
    this.acceptLost(lost.partition, onLost).catch((error: unknown) => {
      const offsets = [{...lane.at, offset: onLost === 'first' ? lost.first : lost.end}];
      this.#options.emit({type: 'commit-failed', offsets, reason: this.#options.explain(error)});
    });
  }

  #revoke(partitions: readonly number[]): void {
    for (const partition of partitions) {
      const lane = this.#lanes.get(partition)!;
      if (lane.state.status === 'held') this.#remembered.set(partition, lane.state.held);
      this.#reached.set(partition, lane.ledger.prefix);
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
    for (const lane of this.#lanes.values()) {
      const offset = lane.state.status === 'lost' ? null : lane.ledger.committable();
      if (offset !== null) offsets.push({...lane.at, offset});
    }
    return offsets;
  }

  #close(reason: Closed): void {
    this.#closed.add(reason);
    for (const lane of this.#lanes.values()) lane.stopDispatching();
  }

  #open(reason: Closed): void {
    this.#closed.delete(reason);
    if (this.#closed.size > 0) return;
    for (const lane of this.#lanes.values()) lane.mayGoOn();
  }
}

/** Whether the group's offset is one that the partition has, whatever became of the position that was lost. */
function isThere({first, end, cause}: LostPosition, committed: bigint): boolean {
  return cause !== 'recreated' && committed >= first && committed <= end;
}
