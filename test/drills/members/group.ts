import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {AttemptsFile} from './attempts-file.ts';
import type {BrokerUnderDrill} from './broker.ts';
import {fateOf} from './fates.ts';
import type {Attempt, Finished, History, Meeting, Replay, Sample} from './history.ts';
import type {Journal} from './journal.ts';
import {Member} from './member.ts';
import type {Outages} from './outages.ts';
import type {GroupPlan} from './plan.ts';

/** What is wrong with how a member ended, beside what the history shows. */
export type WrongEnd = {readonly at: number; readonly text: string};

export type Surroundings = {
  readonly seed: number;
  readonly slots: number;
  readonly broker: BrokerUnderDrill;
  readonly outages: Outages;
  readonly journal: Journal;
  readonly folder: string;
  /** Flags for every start, where the program knows them. */
  readonly moreFlags: readonly string[];
};

/** ms after which a member that was started counts as one that should work, though it said nothing yet. */
const startTime = 20_000;
/** ms from a held message to what the operator does about it. */
const operatorTakes = 2000;
/** ms for a SIGTERM: 10 s grace and 5 s to leave, twice, since the machine may be busy; more while the broker is away. */
const stopLimit = 30_000;
const stopLimitInOutage = 45_000;

/** A topic, a group and its members: who is there, what they wrote down, and what is known of them. */
export class DrillGroup {
  readonly plan: GroupPlan;
  readonly topic: string;
  readonly group: string;
  readonly wrongEnds: WrongEnd[] = [];
  readonly counts = {killed: 0, stopped: 0, frozen: 0, started: 0, startedBySupervisor: 0, decidedByHand: 0};
  /** What the retained messages and the first start decide, see `history.ts`. */
  starts: readonly number[] = [];
  /** What a member that is told where to start does again on purpose. */
  replayed: readonly Omit<Replay, 'member'>[] = [];
  readonly samples: Sample[] = [];
  readonly visited: Finished[] = [];
  deadLetters: readonly Finished[] | null = null;
  end: History['end'] = null;
  /** Number of partitions that are produced to. */
  partitions = 3;
  /** Longest that a SIGTERM took, in ms. */
  longestStop = 0;
  readonly #surroundings: Surroundings;
  readonly #folder: string;
  readonly #attemptsPath: string;
  readonly #file: AttemptsFile;
  readonly #attempts: Attempt[] = [];
  readonly #meetings: Meeting[] = [];
  readonly #replays: Replay[] = [];
  readonly #skippedByHand: Finished[] = [];
  readonly #slots: (Member | null)[];
  readonly #all: Member[] = [];
  #isOver = false;

  constructor(plan: GroupPlan, surroundings: Surroundings) {
    const {seed, slots, folder} = surroundings;
    this.plan = plan;
    this.topic = `members-${plan.firstStart}-${plan.policy}-${seed}-${Date.now()}`;
    this.group = `group-${this.topic}`;
    this.#surroundings = surroundings;
    this.#folder = join(folder, `${plan.firstStart}-${plan.policy}`);
    mkdirSync(this.#folder);
    this.#attemptsPath = join(this.#folder, 'attempts');
    writeFileSync(this.#attemptsPath, '');
    this.#file = new AttemptsFile(this.#attemptsPath);
    this.#slots = new Array<Member | null>(slots).fill(null);
  }

  get name(): string {
    return `${this.plan.firstStart}, ${this.plan.policy}`;
  }

  /** Starts a member that nobody supervises, outside of the slots. */
  launch(name: string, flags: readonly string[], allPass = false): Member {
    const {broker, seed, moreFlags} = this.#surroundings;
    this.counts.started++;
    const member: Member = new Member({
      name,
      folder: this.#folder,
      attempts: this.#attemptsPath,
      seed,
      allPass,
      flags: [
        ...['--brokers', broker.bootstrap, '--topic', this.topic, '--group', this.group],
        ...['--on-failure', this.plan.policy, '--retries', '1'],
        ...(this.plan.policy === 'hold' ? ['--acts'] : []),
        ...moreFlags,
        ...flags,
      ],
      met: partitions => this.#meetings.push({member: name, at: Date.now(), partitions}),
      held: (partition, offset) => this.#decide(member, partition, offset),
    });
    this.#all.push(member);
    return member;
  }

  /** Starts a member in the slot, once who is leaving it has gone. It is started again when it ends by itself. */
  async add(slot: number, flags: readonly string[] = []): Promise<Member> {
    const present = this.#running(slot);
    if (present) return present;
    await this.#slots[slot]?.ended;
    const member = this.launch(`${this.plan.firstStart}-${slot}.${this.counts.started}`, flags);
    if (flags.length > 0)
      for (const each of this.replayed) this.#replays.push({...each, member: member.name});
    this.#slots[slot] = member;
    void member.ended.then(ended => this.#supervise(slot, member, flags, ended.code ?? ended.signal));
    this.#say(`${member.name} starts${flags.length > 0 ? `: ${flags.join(' ')}` : ''}`);
    return member;
  }

  /** Whether who is in the slot has been in the group. */
  hasMet(slot: number): boolean {
    return this.#slots[slot]?.hasMet ?? false;
  }

  kill(slot: number): void {
    const member = this.#running(slot);
    if (!member) return;
    this.counts.killed++;
    this.#say(`${member.name} is killed`);
    member.kill();
  }

  /** SIGTERM: exit code 0, in time. */
  async stop(slot: number): Promise<void> {
    const member = this.#running(slot);
    // Before it has come so far that it can hear a signal, Node ends it as any process.
    if (!member?.hasMet) return;
    const {outages} = this.#surroundings;
    this.counts.stopped++;
    this.#say(`${member.name} is stopped`);
    const asked = Date.now();
    const ended = await member.stop(outages.isAway ? stopLimitInOutage : stopLimit);
    const when = outages.wasAway(asked) ? ', while the broker was away' : '';
    if (ended === null) {
      this.#wrong(
        `${member.name}: SIGTERM did not end it in ${(Date.now() - asked) / 1000} s${when}`,
        member,
      );
      return;
    }
    this.longestStop = Math.max(this.longestStop, ended.ms);
    if (ended.code !== 0)
      this.#wrong(`${member.name}: SIGTERM ended with ${ended.signal ?? ended.code}, not 0${when}`, member);
  }

  freeze(slot: number): void {
    const member = this.#running(slot);
    if (!member) return;
    this.counts.frozen++;
    this.#say(`${member.name} is frozen`);
    member.freeze();
  }

  thaw(slot: number): void {
    const member = this.#running(slot);
    if (!member?.isFrozen) return;
    this.#say(`${member.name} is thawed`);
    member.thaw();
  }

  /** The topic has `partitions` now: all of them are produced to. */
  grew(partitions: number): void {
    this.partitions = Math.max(this.partitions, partitions);
    this.#say(`the topic has ${partitions} partitions`);
  }

  /** At the end of the events: nobody is frozen, and somebody is there. */
  async settle(): Promise<void> {
    for (const slot of this.#slots.keys()) this.thaw(slot);
    if (!this.#slots.some(member => member?.isRunning && !member.isLeaving)) await this.add(0);
  }

  async stopAll(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#slots.map((_, slot) => this.stop(slot)));
    this.killAll();
    await Promise.all(this.#all.map(member => member.ended));
  }

  killAll(): void {
    this.#isOver = true;
    for (const member of this.#all) if (member.isRunning) member.kill();
  }

  /** Somebody could work: is there, not frozen, and has had the time to join. */
  get canWork(): boolean {
    const now = Date.now();
    return this.#slots.some(
      member =>
        member?.isRunning &&
        !member.isFrozen &&
        !member.isLeaving &&
        (member.hasMet || now - member.began > startTime),
    );
  }

  get rebalances(): number {
    return this.#all.reduce((sum, {rebalances}) => sum + rebalances, 0);
  }

  get meetings(): number {
    return this.#meetings.length;
  }

  /** All that is known until now. */
  history(): History {
    for (const attempt of this.#file.readNew()) this.#attempts.push(attempt);
    const {plan, starts, samples, visited, deadLetters, end} = this;
    return {
      policy: plan.policy,
      starts,
      replays: this.#replays,
      attempts: this.#attempts,
      meetings: this.#meetings,
      samples,
      skippedByHand: this.#skippedByHand,
      visited,
      deadLetters,
      end,
    };
  }

  #running(slot: number): Member | null {
    const member = this.#slots[slot];
    return member?.isRunning && !member.isLeaving ? member : null;
  }

  /** A member that nobody ended is started again. Only one that found no broker at its start may end by itself. */
  #supervise(slot: number, member: Member, flags: readonly string[], how: number | string | null): void {
    if (member.isLeaving || this.#isOver) return;
    // A machine that is busy enough makes a broker seem to be away.
    const mayMiss =
      this.#surroundings.outages.wasAway(member.began) ||
      /[Nn]o answer|did not answer/.test(member.lastWords());
    const missedTheBroker = how === 1 && !member.hasMet && mayMiss;
    if (missedTheBroker) {
      this.counts.startedBySupervisor++;
      this.#say(`${member.name} found no broker, and is started again`);
    } else this.#wrong(`${member.name} ended by itself with ${how}`, member);
    setTimeout(() => {
      if (!this.#isOver && this.#slots[slot] === member) void this.add(slot, member.hasMet ? [] : flags);
    }, 1000);
  }

  /** With the policy hold somebody decides: half is tried again and passes, half is skipped. */
  #decide(member: Member, partition: number, offset: number): void {
    if (this.plan.policy !== 'hold') {
      this.#say(`${member.name} holds ${partition}@${offset}, though its policy is ${this.plan.policy}`);
      return;
    }
    setTimeout(() => {
      this.counts.decidedByHand++;
      if (fateOf(this.#surroundings.seed, partition, offset) === 'passes-by-hand') {
        member.act({act: 'retry', partition, offset: String(offset)});
        return;
      }
      this.#skippedByHand.push({partition, offset, at: Date.now()});
      member.act({act: 'skip', partition, offset: String(offset), reason: 'by the drill'});
    }, operatorTakes);
  }

  #wrong(text: string, member: Member): void {
    this.wrongEnds.push({at: Date.now(), text: `${text}; its last words:\n${member.lastWords()}`});
    this.#say(`WRONG ${text}`);
  }

  #say(text: string): void {
    this.#surroundings.journal.write(`[${this.name}] ${text}`);
  }
}
