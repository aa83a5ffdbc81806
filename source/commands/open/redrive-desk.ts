import {deadLetterTopic} from '../../flow/dead-letter-topic.ts';
import type {Publisher} from '../../flow/delivery.ts';
import {GroupInUse, Groups} from '../../kafka/groups.ts';
import {readRetained} from '../../kafka/retained-messages.ts';
import type {Topics} from '../../kafka/topics.ts';
import {type DeadLetter, deadLetterOf, Redrive} from '../../session/redrive.ts';
import type {Session} from '../../session/session.ts';
import type {Position, RedrivePort} from '../../session/workbench.ts';
import {CommandError} from '../exit-codes.ts';
import {checkGroupIsFree} from '../foreign-group-check.ts';
import {planRedrive, type RedrivePlan, redriveGroup, redriveTarget, sayLeftOut} from '../redrive-plan.ts';
import {redriveAll} from './redrive-all.ts';
import {redriveChosen} from './redrive-chosen.ts';
import type {RedriveRun, RunParts} from './redrive-run.ts';

export type RedriveDeskOptions = Omit<RunParts, 'redrive' | 'publisher' | 'rate'> & {
  readonly session: Session;
  readonly topics: Topics;
  newPublisher(): Publisher;
};

/** Listed at most; a redrive of all takes those beyond too. */
const mostListed = 1000;
const fewestOfPartition = 50;

/** Lists dead letters without a group, and redrives them: chosen ones by hand, all as a member of the redrive's group. */
export class RedriveDesk implements RedrivePort {
  readonly #options: RedriveDeskOptions;
  #publisher: Publisher | null = null;
  #plan: RedrivePlan | null = null;
  #run: {readonly run: RedriveRun; readonly ended: Promise<void>} | null = null;
  #reading = new AbortController();
  #closing = false;

  constructor(options: RedriveDeskOptions) {
    this.#options = options;
  }

  look(): void {
    if (this.#run) return;
    const redrive = this.#redrive();
    redrive.setState({status: 'reading'});
    this.#reading.abort();
    this.#reading = new AbortController();
    const {signal} = this.#reading;
    this.#list(redrive, signal)
      .then(() => {
        if (!signal.aborted) redrive.setState({status: 'ready'});
      })
      .catch(async (error: unknown) => {
        if (signal.aborted) return;
        redrive.setList([], 0n, new Map());
        redrive.setState({status: 'unusable', explanation: await this.#explain(error, redrive)});
      });
  }

  redriveChosen(chosen: readonly Position[], rate: number | null): void {
    this.#start(rate, parts => redriveChosen(parts, chosen));
  }

  redriveAll(rate: number | null): void {
    const counted = this.#plan;
    if (!counted) return;
    this.#start(rate, parts => redriveAll(parts, this.#options.topics, counted));
  }

  pause(): void {
    this.#run?.run.pause();
  }

  resume(): void {
    this.#run?.run.resume();
  }

  cancel(): void {
    this.#run?.run.cancel();
  }

  countAsRedriven(at: Position): void {
    const redrive = this.#redrive();
    redrive.setResult(at, {status: 'redriven', where: `${redrive.to}, as you say`});
    if (!this.#run) void this.#commitPrefixes(redrive).then(() => this.#countAgain(redrive));
  }

  /** What is in hand comes to its end, and what is finished is committed. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#reading.abort();
    this.cancel();
    await this.#run?.ended;
    await this.#publisher?.close();
  }

  #start(rate: number | null, begin: (parts: RunParts) => RedriveRun): void {
    const {session} = this.#options;
    const redrive = this.#redrive();
    if (this.#run || redrive.state.status !== 'ready') return;
    this.#publisher ??= this.#options.newPublisher();
    const run = begin({...this.#options, redrive, publisher: this.#publisher, rate});
    const end = async (level: 'info' | 'warning' | 'error', text: string) => {
      if (!this.#closing) {
        await this.#commitPrefixes(redrive);
        await this.#countAgain(redrive);
      }
      this.#run = null;
      redrive.setState({status: 'ready'});
      // Said last: who reads it can go on at once.
      session.say(level, text);
    };
    const ended = run.ended.then(
      ({level, text}) => end(level, text),
      async (error: unknown) => end('error', await this.#explain(error, redrive)),
    );
    this.#run = {run, ended};
  }

  /** Of the topic that is looked at; it stays for the whole session, with what became of each dead letter. */
  #redrive(): Redrive {
    const {session} = this.#options;
    const topic = deadLetterTopic(session.place.topic) ?? session.place.topic;
    if (session.redrive?.topic !== topic) {
      const names = {topic, to: redriveTarget(topic) ?? topic, group: redriveGroup(topic)};
      session.redrive = new Redrive(names, session.changedSoon);
    }
    return session.redrive!;
  }

  async #list(redrive: Redrive, signal: AbortSignal): Promise<void> {
    const plan = await planRedrive(this.#options.topics, redrive);
    this.#plan = plan;
    for (const sentence of sayLeftOut(plan)) this.#options.session.say('warning', sentence);
    const waiting = [...plan.parts].filter(([, {from, end}]) => end > from);
    const mostOfPartition = Math.max(fewestOfPartition, Math.floor(mostListed / Math.max(1, waiting.length)));
    const letters: DeadLetter[] = [];
    for (const [partition, {from}] of waiting) {
      if (signal.aborted || letters.length >= mostListed) break;
      letters.push(...(await this.#read(plan.topic, partition, from, mostOfPartition, signal)));
    }
    if (!signal.aborted) redrive.setList(letters, plan.waiting, startsOf(plan));
  }

  async #read(
    topic: string,
    partition: number,
    from: bigint,
    most: number,
    signal: AbortSignal,
  ): Promise<DeadLetter[]> {
    const enough = new AbortController();
    signal.addEventListener('abort', () => enough.abort(), {once: true});
    const letters: DeadLetter[] = [];
    await readRetained({
      client: this.#options.client,
      topic,
      partitions: [partition],
      from: {from: 'offset', offset: from},
      signal: enough.signal,
      take(messages) {
        letters.push(...messages.slice(0, most - letters.length).map(deadLetterOf));
        if (letters.length >= most) enough.abort();
      },
      progress() {},
    });
    return letters;
  }

  /** The group's commits follow what was chosen as far as there is no gap; never back, and not while somebody is in it. */
  async #commitPrefixes(redrive: Redrive): Promise<void> {
    const {topics, client, session} = this.#options;
    const groups = new Groups(client);
    try {
      const {topic, group} = redrive;
      const now = startsOf(await planRedrive(topics, redrive));
      const offsets = [...redrive.prefixes()]
        .filter(([partition, offset]) => offset > (now.get(partition) ?? 0n))
        .map(([partition, offset]) => ({topic, partition, offset}));
      if (offsets.length === 0) return;
      await checkGroupIsFree({client, topics}, redrive);
      await groups.setOffsets(group, topic, offsets);
    } catch (error) {
      const why = error instanceof GroupInUse ? error.message : await this.#explain(error, redrive);
      session.tell('warning', `The commits of the redrive could not follow: ${why}`);
    } finally {
      await groups.close();
    }
  }

  /** After a run the list stays, with its results; only how many there are now is asked again. */
  async #countAgain(redrive: Redrive): Promise<void> {
    try {
      const plan = await planRedrive(this.#options.topics, redrive);
      this.#plan = plan;
      redrive.setList(redrive.letters, plan.waiting, startsOf(plan));
    } catch {
      // It is told when the person looks again.
    }
  }

  async #explain(error: unknown, {topic}: Redrive): Promise<string> {
    return error instanceof CommandError ? error.message : this.#options.explain(error, topic);
  }
}

function startsOf({parts}: RedrivePlan): ReadonlyMap<number, bigint> {
  return new Map([...parts].map(([partition, {from}]) => [partition, from]));
}
