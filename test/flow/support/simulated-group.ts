import type {FlowEvent, PartitionOffset} from '../../../source/flow/events.ts';
import type {FailurePolicy} from '../../../source/flow/failure-policy.ts';
import type {Handler, Run} from '../../../source/flow/handler.ts';
import type {DeadLetterResult} from '../../../source/flow/lane.ts';
import type {Message, TopicPartition} from '../../../source/flow/message.ts';
import type {Outcome} from '../../../source/flow/outcome.ts';
import {Processing} from '../../../source/flow/processing.ts';
import type {PartitionFacts, StartFrom} from '../../../source/flow/starting-point.ts';
import {ManualClock} from './manual-clock.ts';
import {message, topic} from './messages.ts';

/** What the handler makes of one offset: how many attempts fail before it passes, or that it never passes. */
export type Fate = {readonly failures: number; readonly permanent: boolean};

/** Offsets `from` to `next` − 1 cannot be read, and can after so many readings. */
export type Damage = {
  readonly from: number;
  readonly next: number;
  readonly isEndKnown: boolean;
  readings: number;
  /** What the broker gives of it. */
  readonly bytes?: string;
};

export type SimulatedPartition = {
  /** Offsets that hold a message; between them are gaps. */
  readonly offsets: readonly number[];
  readonly fates: ReadonlyMap<number, Fate>;
  /** In order, and apart from each other. */
  readonly damaged?: readonly Damage[];
  first: number;
  end: number;
};

const passes: Fate = {failures: 0, permanent: false};

/**
 * A group of us and one other member over a simulated broker: partitions with gaps, committed offsets, commits that may
 * fail, and a record of every offset that became final, by whom it may be. Its `commit` fails the test as soon as an
 * offset is passed that is not final.
 */
export class SimulatedGroup {
  readonly clock = new ManualClock();
  readonly committed = new Map<number, bigint>();
  readonly final = new Map<number, Set<number>>();
  readonly events: FlowEvent[] = [];
  readonly dispatched: string[] = [];
  /** First attempts that began while stepping: each needs a release. */
  begunInSteps = 0;
  readonly ours = new Set<number>();
  /** Partitions without a leader: nobody can tell where their messages are. */
  readonly unreachable = new Set<number>();
  failNextCommit = false;
  /** Faults on purpose: commits are withheld; the member drops out in the place of its next commit. */
  withheld = false;
  crashNextCommit = false;
  /** Whoever reads of the events takes his time: resolves when all until now are told. */
  told: () => Promise<void> | null = () => null;
  /** The group has not heard of us for so long that our partitions may be another's. */
  isUnheardOf = false;
  /** It dropped out, and has not met the group since. */
  isOut = false;
  start: StartFrom = {from: 'beginning'};
  deadLetterAnswer: DeadLetterResult = {status: 'acknowledged', where: 'x-dlt 0@0'};
  processing: Processing;
  readonly #partitions: readonly SimulatedPartition[];
  readonly #attempts = new Map<string, number>();
  readonly #position = new Map<number, bigint>();
  readonly #fetching = new Set<number>();
  readonly #policy: FailurePolicy;
  readonly #slow: boolean;
  #member = 0;
  #waiting: (() => void)[] = [];
  #onPause: (partition: number, isPaused: boolean) => void = () => {};

  constructor(partitions: readonly SimulatedPartition[], policy: FailurePolicy, slow = false) {
    this.#partitions = partitions;
    this.#policy = policy;
    this.#slow = slow;
    for (const partition of partitions.keys()) this.final.set(partition, new Set());
    this.processing = this.#newProcessing();
  }

  /** Our member has (again) these partitions; another member has the others. */
  meet(partitions: readonly number[], sameMember = true): void {
    this.isOut = false;
    this.ours.clear();
    for (const partition of partitions) this.ours.add(partition);
    this.#fetching.clear();
    this.processing.startFrom(this.start);
    this.processing.meet({
      facts: partitions
        .filter(partition => !this.unreachable.has(partition))
        .map(partition => this.facts(partition)),
      unreachable: partitions
        .filter(partition => this.unreachable.has(partition))
        .map(partition => ({partition, committed: this.committed.get(partition) ?? null})),
      sameMember,
      isAlone: partitions.length === this.#partitions.length,
      count: this.#partitions.length,
      startedWith: null,
    });
  }

  /** What begins from now on begins `back` offsets below its commit. */
  replay(back: number): void {
    const partitions = [...this.committed].map(([partition, committed]) => {
      const offset = committed > BigInt(back) ? committed - BigInt(back) : 0n;
      return [partition, {from: 'offset', offset, skipToEnd: false}] as const;
    });
    this.start = {from: 'several', partitions: new Map(partitions), others: {from: 'beginning'}};
  }

  facts(partition: number): PartitionFacts {
    const {first, end} = this.#partitions[partition]!;
    return {
      topic,
      partition,
      committed: this.committed.get(partition) ?? null,
      first: BigInt(first),
      end: BigInt(end),
      recreated: false,
    };
  }

  /** One fetch of up to `most` messages for each partition that is fetched. */
  fetch(most: number): void {
    for (const partition of this.#fetching) {
      const {offsets, end: logEnd} = this.#partitions[partition]!;
      const from = this.#position.get(partition) ?? 0n;
      const damage = this.#damageAt(partition, from);
      if (damage && BigInt(damage.from) <= from) {
        this.#fetchDamaged(partition, from, damage);
        continue;
      }
      const end = damage?.from ?? logEnd;
      const ahead = offsets.filter(offset => BigInt(offset) >= from && offset < end);
      const taken = ahead.slice(0, most);
      const next = BigInt(taken.length < ahead.length ? taken.at(-1)! + 1 : end);
      if (next <= from) continue;
      this.#position.set(partition, next);
      this.processing.enqueue(partition, {
        messages: taken.map(offset => message(partition, offset)),
        from,
        next,
        bytes: taken.length,
      });
    }
  }

  /** The first that is damaged at or behind this offset. */
  #damageAt(partition: number, offset: bigint): Damage | undefined {
    const {damaged = []} = this.#partitions[partition]!;
    return damaged.find(({next, readings}) => BigInt(next) > offset && readings > 0);
  }

  #fetchDamaged(partition: number, from: bigint, damage: Damage): void {
    damage.readings--;
    const next = damage.isEndKnown ? BigInt(damage.next) : null;
    this.processing.enqueue(partition, {
      messages: [],
      from,
      next: from,
      bytes: 1,
      unreadable: {from, next, reason: 'CRC mismatch', bytes: Buffer.from(damage.bytes ?? 'damaged')},
    });
  }

  /** The process dies and is started again: nothing of it is left but what the broker knows. */
  async crash(): Promise<void> {
    this.processing.loseAll();
    this.ours.clear();
    this.releaseHandlers();
    await this.clock.settle();
    this.#member++;
    this.processing = this.#newProcessing();
  }

  /**
   * The other member processes and commits up to `count` messages of a partition that is not ours. Where it comes to one
   * that cannot be read, its person skips the batch.
   */
  otherMemberWorks(partition: number, count: number): void {
    if (this.ours.has(partition)) return;
    const from = this.committed.get(partition) ?? 0n;
    const {offsets} = this.#partitions[partition]!;
    for (const offset of offsets.filter(each => BigInt(each) >= from).slice(0, count)) {
      if (BigInt(offset) < (this.committed.get(partition) ?? 0n)) continue;
      const damage = this.#damageAt(partition, BigInt(offset));
      if (damage && damage.from <= offset) {
        this.#passed(partition, offset, damage.next);
        this.#commitOne(partition, BigInt(damage.next));
        continue;
      }
      this.final.get(partition)!.add(offset);
      this.#commitOne(partition, BigInt(offset) + 1n);
    }
  }

  /** What KafkaJS's `pause()`, called by the processing code, means for the flow. */
  pauseByCode(partition: number, isPaused: boolean): void {
    this.#onPause(partition, isPaused);
  }

  /** With a slow handler: lets every run that is in hand end now. */
  releaseHandlers(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const release of waiting) release();
  }

  held(): {partition: number; offset: bigint}[] {
    return this.processing
      .lanes()
      .flatMap(({partition, state}) =>
        state.status === 'held' ? [{partition, offset: state.held.message.offset}] : [],
      );
  }

  unreadable(): {partition: number; from: bigint; next: bigint | null}[] {
    return this.processing
      .lanes()
      .flatMap(({partition, state}) =>
        state.status === 'unreadable' ? [{partition, from: state.batch.from, next: state.batch.next}] : [],
      );
  }

  /** Whatever was damaged can be read from now on. */
  heal(): void {
    for (const {damaged = []} of this.#partitions) for (const each of damaged) each.readings = 0;
  }

  isFinished(partition: number): boolean {
    return (this.committed.get(partition) ?? 0n) === BigInt(this.#partitions[partition]!.end);
  }

  #newProcessing(): Processing {
    const member = this.#member;
    const alive = () => member === this.#member;
    return new Processing({
      topic,
      clock: this.clock,
      handler: this.#handler(),
      policy: this.#policy,
      onLost: 'ask',
      emit: event => {
        if (!alive()) return;
        this.events.push(event);
        if (event.type === 'finished')
          this.final.get(event.message.partition)!.add(Number(event.message.offset));
        if (event.type === 'batch-skipped')
          this.#passed(event.at.partition, Number(event.from), Number(event.next));
        if (event.type === 'batch-unreadable')
          this.#expectFinishedBefore(event.at.partition, event.batch.from);
      },
      told: () => this.told(),
      commit: async offsets => {
        await Promise.resolve();
        if (!alive()) throw new Error('the process is dead');
        if (this.failNextCommit) {
          this.failNextCommit = false;
          throw new Error('REBALANCE_IN_PROGRESS');
        }
        for (const each of offsets) this.#commit(each);
      },
      pause: at => this.#fetching.delete(at.partition),
      resume: (at: TopicPartition, from?: bigint) => {
        if (from !== undefined) this.#position.set(at.partition, from);
        this.#fetching.add(at.partition);
      },
      deadLetter: async () => this.deadLetterAnswer,
      explain: String,
      isMember: () => !this.isUnheardOf,
      commitFaults: {withheld: () => this.withheld, crash: () => this.#dropsOut()},
    });
  }

  #dropsOut(): boolean {
    if (!this.crashNextCommit) return false;
    this.crashNextCommit = false;
    this.isOut = true;
    this.ours.clear();
    this.processing.loseAll();
    return true;
  }

  #commit({partition, offset}: PartitionOffset): void {
    // The broker refuses a commit of a generation that is over; ours holds only what is ours.
    if (!this.ours.has(partition)) throw new Error('ILLEGAL_GENERATION');
    this.#commitOne(partition, offset);
  }

  #commitOne(partition: number, offset: bigint): void {
    const before = this.committed.get(partition) ?? 0n;
    if (offset < before) violations.push(`commit of ${partition} went back from ${before} to ${offset}`);
    const {offsets} = this.#partitions[partition]!;
    const passed = offsets.filter(each => BigInt(each) < offset && !this.final.get(partition)!.has(each));
    if (passed.length > 0) {
      violations.push(`commit ${partition}@${offset} passes unfinished ${passed.join(', ')}`);
    }
    this.committed.set(partition, offset);
  }

  /** A skip of what cannot be read finishes exactly what a batch holds. */
  #passed(partition: number, from: number, next: number): void {
    const {offsets, damaged = []} = this.#partitions[partition]!;
    if (!damaged.some(each => each.from <= from && each.next === next))
      violations.push(`a skip of ${partition}@${from} to ${next} passes more than a damaged batch`);
    for (const offset of offsets) if (offset >= from && offset < next) this.final.get(partition)!.add(offset);
  }

  #expectFinishedBefore(partition: number, offset: bigint): void {
    const lane = this.processing.lanes().find(each => each.partition === partition)!;
    if (lane.prefix !== offset) violations.push(`${partition}@${offset} is told of with ${lane.prefix} open`);
  }

  #handler(): Handler {
    return {
      name: 'simulated',
      handle: run => {
        if (this.processing.isStepping && run.attempt === 1) this.begunInSteps += run.messages.length;
        return this.#slow ? this.#handleSlowly(run) : this.#handle(run);
      },
      onPause: listener => {
        this.#onPause = listener;
      },
      close: async () => {},
    };
  }

  async #handleSlowly(run: Run): Promise<readonly Outcome[]> {
    await new Promise<void>(resolve => this.#waiting.push(resolve));
    return this.#handle(run);
  }

  #handle({messages, signal}: Run): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    for (const each of messages) {
      // The one in hand is finished, whatever is asked; no other is begun.
      if (signal.aborted && outcomes.length > 0) break;
      this.dispatched.push(`${each.partition}@${each.offset}`);
      outcomes.push(this.#outcome(each));
      if (outcomes.at(-1)!.status === 'failed') break;
    }
    return outcomes;
  }

  #outcome({partition, offset}: Message): Outcome {
    const key = `${partition}@${offset}`;
    const fate = this.#partitions[partition]!.fates.get(Number(offset)) ?? passes;
    const attempts = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempts);
    if (fate.permanent || attempts <= fate.failures) {
      const failure = {name: 'Error', message: `fails at ${key}`, permanent: fate.permanent};
      return {status: 'failed', durationMs: 1, failure};
    }
    this.final.get(partition)!.add(Number(offset));
    return {status: 'processed', durationMs: 1};
  }
}

/** What broke a rule during a generated history; a throw inside a commit would only look like a failed commit. */
export const violations: string[] = [];
