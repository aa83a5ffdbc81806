import type {PartitionOffset} from '../../../source/flow/events.ts';
import type {Run} from '../../../source/flow/handler.ts';
import type {Outcome} from '../../../source/flow/outcome.ts';
import {Processing} from '../../../source/flow/processing.ts';
import type {StartFrom, StartOfOne} from '../../../source/flow/starting-point.ts';
import {ManualClock} from './manual-clock.ts';
import {message, topic} from './messages.ts';

/** Where a member is told to start; times and ends become offsets when it first meets the group. */
export type Choice = 'committed' | 'beginning' | 'end' | 'end, skipping' | 'time' | 'offset 2';

type Log = {
  /** Messages in it; their offsets are 0 … end − 1. */
  end: number;
  committed: number | null;
  /** Offsets that somebody has processed. */
  readonly processed: Set<number>;
  /** Below this, a choice of where the group starts passes over messages on purpose. */
  passedOnPurpose: number;
  /** Added to the topic after the group had started, and had committed that. */
  readonly isAdded: boolean;
  /** What is kept beside the committed offset: how many partitions there were when the group started. */
  startedWith: number | null;
};

/** One member of the group: a program with its choice, alive until it is killed or leaves. */
class Member {
  readonly name: string;
  readonly choice: Choice;
  readonly processing: Processing;
  owned: readonly number[] = [];
  alive = true;
  /** Its connection is away: it commits and fetches nothing until it meets the group again. */
  isOut = false;
  hasMet = false;
  /** It is in the group, and has not been told yet what the group has committed. */
  joined: {readonly before: readonly number[]} | null = null;
  startedWith: number | null = null;
  /** Partitions that it reads again on purpose: its first start below what was committed. */
  readonly replays = new Set<number>();
  readonly fetching = new Set<number>();
  readonly position = new Map<number, number>();

  constructor(name: string, choice: Choice, processing: (member: Member) => Processing) {
    this.name = name;
    this.choice = choice;
    this.processing = processing(this);
  }
}

/**
 * A topic that grows, and a group of which members come and go. It is the judge too: `violations` lists what broke a rule
 * – a commit past a message that nobody processed, a commit that goes back, and a message processed again that
 * the group had committed before the member got its partition.
 */
export class SimulatedMembers {
  readonly clock = new ManualClock();
  readonly logs: Log[] = [];
  readonly members: Member[] = [];
  /** Members that KafkaJS takes into the group again without a word before. */
  joinsUnannounced = false;
  readonly violations: string[] = [];
  /** Members that ended by themselves, since they were not told where to start. */
  readonly ended: string[] = [];
  failNextCommit = false;
  #names = 0;
  /** Counted up when the group meets: a commit belongs to the generation in which it was sent. */
  #generation = 0;

  constructor(partitions: number) {
    this.grow(partitions);
  }

  grow(partitions: number): void {
    // Before anything is committed nobody can know that the group has started.
    const isAdded = this.logs.some(({committed}) => committed !== null);
    while (this.logs.length < partitions)
      this.logs.push({
        end: 0,
        committed: null,
        processed: new Set(),
        passedOnPurpose: 0,
        isAdded,
        startedWith: null,
      });
  }

  produce(partition: number, count: number): void {
    const log = this.logs[partition];
    if (log) log.end += count;
  }

  join(choice: Choice): void {
    const member = new Member(`m${this.#names++}`, choice, each => this.#newProcessing(each));
    this.members.push(member);
    this.rebalance();
  }

  /** Leaves in order: what is finished is committed. */
  async leave(which: number): Promise<void> {
    const member = this.#living()[which];
    if (!member) return;
    this.look();
    const stopped = member.processing.stop(1000);
    await this.clock.turn(1500);
    await stopped;
    this.#remove(member);
  }

  kill(which: number): void {
    const member = this.#living()[which];
    if (member) this.#remove(member);
  }

  /** It loses the broker, and with it its membership; the others go on without it. */
  lose(which: number): void {
    const member = this.#living()[which];
    if (!member) return;
    member.isOut = true;
    member.owned = [];
    member.processing.loseAll();
    this.rebalance();
  }

  /** Everybody who is alive meets: partitions are divided as `range` does, among those who are not out. */
  rebalance({withOut = false} = {}): void {
    this.#generation++;
    if (withOut) for (const member of this.#living()) member.isOut = false;
    const living = this.#living().filter(({isOut}) => !isOut);
    if (!this.joinsUnannounced)
      for (const member of living) if (member.hasMet) member.processing.beginMeeting();
    const before = new Map(living.map(member => [member, member.joined?.before ?? member.owned]));
    const share = Math.ceil(this.logs.length / Math.max(1, living.length));
    living.forEach((member, index) => {
      const from = index * share;
      member.owned = this.logs.map((_, partition) => partition).slice(from, from + share);
    });
    for (const member of living) {
      member.joined = {before: before.get(member)!};
      member.processing.joined();
    }
  }

  /** Those who are in the group are told what it has committed. */
  look(): void {
    for (const member of this.#living()) {
      const {joined} = member;
      if (!joined || member.isOut) continue;
      member.joined = null;
      this.#meet(member, joined.before);
    }
  }

  fetch(most: number): void {
    this.look();
    for (const member of this.#living()) {
      for (const partition of member.fetching) {
        const {end} = this.logs[partition]!;
        const from = member.position.get(partition) ?? 0;
        const next = Math.min(end, from + most);
        if (next <= from || !member.owned.includes(partition)) continue;
        member.position.set(partition, next);
        const messages = Array.from({length: next - from}, (_, index) => message(partition, from + index));
        member.processing.enqueue(partition, {
          messages,
          from: BigInt(from),
          next: BigInt(next),
          bytes: messages.length,
        });
      }
    }
  }

  /** Messages that nobody has processed and no choice passed over. */
  left(): string[] {
    return this.logs.flatMap(({end, processed, passedOnPurpose}, partition) =>
      Array.from({length: end}, (_, offset) => offset)
        .filter(offset => offset >= passedOnPurpose && !processed.has(offset))
        .map(offset => `${partition}@${offset}`),
    );
  }

  #living(): Member[] {
    return this.members.filter(({alive}) => alive);
  }

  #remove(member: Member): void {
    member.alive = false;
    member.owned = [];
    member.processing.loseAll();
    this.rebalance();
  }

  #meet(member: Member, before: readonly number[]): void {
    const isAlone = member.owned.length === this.logs.length;
    for (const partition of [...member.replays])
      if (!member.owned.includes(partition)) member.replays.delete(partition);
    const wasFirst = !member.processing.hasStarted;
    if (wasFirst) {
      const kept = this.logs.flatMap(({startedWith}) => (startedWith === null ? [] : [startedWith]));
      member.startedWith = kept.length > 0 ? Math.min(...kept) : null;
      member.processing.startFrom(this.#startOf(member.choice));
      this.#expectStart(member, isAlone);
    }
    member.fetching.clear();
    const decided = member.processing.meet({
      facts: member.owned.map(partition => {
        const {end, committed} = this.logs[partition]!;
        return {
          topic,
          partition,
          committed: committed === null ? null : BigInt(committed),
          first: 0n,
          end: BigInt(end),
          recreated: false,
        };
      }),
      unreachable: [],
      sameMember: member.hasMet && before.length > 0,
      isAlone,
      count: this.logs.length,
      startedWith: member.startedWith,
    });
    member.hasMet = true;
    if (decided) {
      member.startedWith ??= this.logs.length;
      return;
    }
    // As the program does: it says so and ends, and whoever starts it again tells it where.
    this.ended.push(member.name);
    member.alive = false;
    member.owned = [];
    if (this.#living().length > 0) this.rebalance();
  }

  /** What the first start may do on purpose, worked out apart from the program. */
  #expectStart({choice, owned, replays}: Member, isAlone: boolean): void {
    for (const [partition, log] of this.logs.entries()) {
      const half = Math.floor(log.end / 2);
      const starts = {committed: log.committed ?? 0, beginning: 0, end: log.end, time: half, 'offset 2': 2};
      const to = choice === 'end, skipping' ? log.end : starts[choice];
      // Also where it is another's now: a partition without a committed offset may come to us later.
      if (log.committed === null) {
        const isOurs = owned.includes(partition);
        if (choice === 'offset 2' && !isOurs) continue;
        // What was added later is new from its first message, unless the person says otherwise of just that.
        if (log.isAdded && choice !== 'offset 2' && !(choice === 'end, skipping' && isAlone)) continue;
        if (to > log.passedOnPurpose && to <= log.end) log.passedOnPurpose = to;
      } else if (choice === 'end, skipping' && isAlone) {
        log.passedOnPurpose = Math.max(log.passedOnPurpose, log.end);
      } else if (owned.includes(partition)) {
        // An offset that is not there is lost, and gone on from the first: a replay too.
        if (choice === 'offset 2' ? to < log.committed || to > log.end : isAlone && to < log.committed)
          replays.add(partition);
      }
    }
  }

  #startOf(choice: Choice): StartFrom {
    const at = (offset: (log: Log) => number) =>
      new Map(this.logs.map((log, partition) => [partition, BigInt(offset(log))]));
    const starts: Record<Choice, StartOfOne> = {
      committed: {from: 'committed'},
      beginning: {from: 'beginning'},
      end: {from: 'end', skipToEnd: false, at: at(({end}) => end)},
      'end, skipping': {from: 'end', skipToEnd: true, at: at(({end}) => end)},
      time: {from: 'time', at: at(({end}) => Math.floor(end / 2))},
      'offset 2': {from: 'offset', offset: 2n, skipToEnd: false},
    };
    return starts[choice];
  }

  #newProcessing(member: Member): Processing {
    return new Processing({
      topic,
      clock: this.clock,
      handler: {
        name: 'simulated',
        handle: run => this.#handle(member, run),
        close: async () => {},
      },
      policy: {onFailure: 'hold', retries: 0},
      // An offset that is not there yet is lost at once.
      onLost: 'first',
      emit: () => {},
      commit: async offsets => {
        const generation = this.#generation;
        await Promise.resolve();
        if (generation !== this.#generation) throw new Error('ILLEGAL_GENERATION');
        if (this.failNextCommit) {
          this.failNextCommit = false;
          throw new Error('the coordinator is loading');
        }
        for (const each of offsets) this.#commit(member, each);
      },
      pause: at => member.fetching.delete(at.partition),
      resume: (at, from) => {
        if (from !== undefined) member.position.set(at.partition, Number(from));
        member.fetching.add(at.partition);
      },
      deadLetter: async () => ({status: 'acknowledged', where: 'x-dlt 0@0'}),
      explain: String,
    });
  }

  #handle(member: Member, {messages, signal}: Run): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    for (const {partition, offset} of messages) {
      if (signal.aborted && outcomes.length > 0) break;
      const log = this.logs[partition]!;
      const isAgain =
        log.committed !== null && Number(offset) < log.committed && log.processed.has(Number(offset));
      if (isAgain && member.owned.includes(partition) && !member.replays.has(partition))
        this.violations.push(`${member.name} processes ${partition}@${offset} again, below ${log.committed}`);
      if (member.alive) log.processed.add(Number(offset));
      outcomes.push({status: 'processed', durationMs: 1});
    }
    return outcomes;
  }

  #commit(member: Member, {partition, offset}: PartitionOffset): void {
    if (!member.alive || member.isOut || !member.owned.includes(partition))
      throw new Error('ILLEGAL_GENERATION');
    const log = this.logs[partition]!;
    const to = Number(offset);
    if (log.committed !== null && to < log.committed)
      this.violations.push(`${member.name} commits ${partition}@${to}, below ${log.committed}`);
    for (let below = log.passedOnPurpose; below < to; below++) {
      if (!log.processed.has(below))
        this.violations.push(`${member.name} commits ${partition}@${to} past ${partition}@${below}`);
    }
    log.committed = to;
    log.startedWith = member.startedWith;
  }
}
