import type {Delivery, Draft} from '../flow/delivery.ts';
import type {FlowEvent} from '../flow/events.ts';
import type {HeldMessage} from '../flow/lane.ts';
import {type Message, positionOf} from '../flow/message.ts';
import {alikeOf, type Failure} from '../flow/outcome.ts';
import type {LaneView, Processing} from '../flow/processing.ts';
import {carried, republishedHeaders} from '../session/republish.ts';
import {sayUnreadable} from '../session/unreadable.ts';
import {withHeadersSet} from './act-headers.ts';
import {type ActLine, type Decision, type Edit, linesFrom, readAct, type Target} from './acts.ts';
import {answerGoOn} from './go-on-act.ts';
import {answerRelease} from './release-act.ts';
import {answerUnreadable} from './unreadable-acts.ts';

export type ActPorts = {
  processing(): Pick<
    Processing,
    | 'lanes'
    | 'retry'
    | 'skip'
    | 'deadLetter'
    | 'replace'
    | 'acceptLost'
    | 'skipUnreadable'
    | 'readAgain'
    | 'release'
    | 'isStepping'
  >;
  publish(draft: Draft): Promise<Delivery>;
  /** Hears that it is not held any more because it is tried again. */
  retried(message: Message): void;
  /** Writes one JSON line. */
  answer(line: object): void;
  say(sentence: string): void;
};

/** An act and the line of input that it stands on. */
type Told = Decision & {readonly line: number};
type ToldOfOne = Told & {readonly target: Target & {kind: 'one'}};
type ToldOfAlike = Told & {readonly target: Target & {kind: 'alike'}; readonly done: Set<string>};

/**
 * Does what is decided about held messages, line by line. What is decided in advance is kept until the message comes to
 * be held; several acts for one message follow each other. Each act is answered by a line, and one that never could be
 * done is told at the end.
 */
export class Acts {
  readonly #ports: ActPorts;
  /** Decided for messages that are not held yet, in order. */
  readonly #kept = new Map<string, ToldOfOne[]>();
  #alike: ToldOfAlike[] = [];
  /** Whose dead letter or replacement is on its way. */
  readonly #onTheWay = new Map<string, Told>();
  /** What asks the broker for something now. */
  readonly #working = new Set<Promise<void>>();
  #mayCome = true;

  constructor(ports: ActPorts) {
    this.#ports = ports;
  }

  /** Takes lines until there are no more. Never rejects. */
  async read(stream: AsyncIterable<Buffer | string>): Promise<void> {
    try {
      for await (const line of linesFrom(stream)) {
        if (!this.#mayCome) return;
        if (!('text' in line && line.text.trim() === '')) this.#takeLine(line);
      }
    } catch (error) {
      if (this.#mayCome) this.#ports.say(`No more acts can be read: ${(error as Error).message}`);
    }
    this.#mayCome = false;
  }

  /** Whether lines may still come. */
  get mayCome(): boolean {
    return this.#mayCome;
  }

  /** Whether something may still be done about what is held, lost or unreadable there: then nothing has come to its end. */
  waitsFor(lane: LaneView): boolean {
    if (lane.state.status === 'lost') return this.#mayCome || this.#working.size > 0;
    if (lane.state.status === 'unreadable') return this.#mayCome;
    if (lane.state.status !== 'held') return false;
    const {message, failure} = lane.state.held;
    const position = positionOf(message);
    return (
      this.#mayCome ||
      this.#onTheWay.has(position) ||
      this.#kept.has(position) ||
      this.#alike.some(told => isBy(failure, told.target.failure) && !told.done.has(position))
    );
  }

  take(event: FlowEvent): void {
    if (event.type !== 'held' && event.type !== 'finished' && event.type !== 'moved') return;
    const position = positionOf(event.message);
    const told = this.#onTheWay.get(position);
    if (told?.act === 'dead-letter') {
      this.#onTheWay.delete(position);
      if (event.type === 'finished') this.#answer(told, event.message, {done: true, note: event.note});
      else {
        const because =
          event.type === 'held' ? (event.because ?? 'it is held again') : 'its partition moved meanwhile';
        this.#answer(told, event.message, {done: false, because});
      }
    }
    // The lane has said all that it has to say of the hold before it hears what is to be done.
    if (event.type === 'held') queueMicrotask(() => this.#decide(event.message.partition));
  }

  /** No more acts are taken. Resolves when no replacement is on its way; tells what was never done. */
  async close(): Promise<void> {
    this.#mayCome = false;
    await Promise.all(this.#working);
    const never = [...[...this.#kept.values()].flat(), ...this.#alike.filter(({done}) => done.size === 0)];
    this.#kept.clear();
    this.#alike = [];
    for (const told of never.sort((left, right) => left.line - right.line)) {
      const {target} = told;
      const what =
        target.kind === 'one'
          ? `${positionOf(target)} was not held`
          : `nothing was held by ${target.failure}`;
      this.#ports.say(`The act in line ${told.line} (${told.act}) was never done: ${what}.`);
    }
  }

  #takeLine(read: ActLine): void {
    const line = read.number;
    try {
      if ('problem' in read) throw new Error(read.problem);
      const act = readAct(read.text);
      const {answer, processing} = this.#ports;
      if (act.act === 'release') answer(answerRelease(processing(), act, line));
      else if (act.act === 'skip-unreadable' || act.act === 'read-again')
        answer(answerUnreadable(processing(), act, line));
      else if (act.act === 'go-on') void this.#track(answerGoOn(processing(), act, line).then(answer));
      else this.#takeAct({...act, line});
    } catch (error) {
      const because = (error as Error).message;
      this.#ports.answer({status: 'act', line, done: false, because});
      this.#ports.say(`Line ${line} is no act, and nothing was done: ${because}.`);
    }
  }

  #takeAct(told: Told): void {
    const lanes = this.#ports.processing().lanes();
    if (told.target.kind === 'alike') {
      const {failure, each} = told.target;
      const held = lanes.flatMap(lane => this.#free(lane)).filter(one => isBy(one.failure, failure));
      const alike = {...told, done: new Set(held.map(({message}) => positionOf(message)))} as ToldOfAlike;
      if (each || held.length === 0) this.#alike.push(alike);
      for (const one of held) this.#do(told, one);
      if (held.length === 0) this.#keepAnswer(told, `nothing is held by ${failure} yet`);
      return;
    }
    const {partition, offset} = told.target;
    const position = positionOf(told.target);
    const lane = lanes.find(each => each.partition === partition);
    const held = lane && this.#free(lane)[0];
    if (held?.message.offset === offset && !this.#kept.has(position)) {
      this.#do(told, held);
    } else if (lane && lane.prefix > offset) {
      const because = `${position} is behind us: it is finished, or was before we began`;
      this.#ports.answer({...this.#about(told), partition, offset, done: false, because});
    } else {
      this.#kept.set(position, [...(this.#kept.get(position) ?? []), told as ToldOfOne]);
      this.#keepAnswer(told, `${position} is not held yet${lane ? sayBatch(lane) : ''}`);
    }
  }

  /** The partition's message came to be held: does what was decided before. */
  #decide(partition: number): void {
    const lane = this.#ports
      .processing()
      .lanes()
      .find(each => each.partition === partition);
    const [held] = lane ? this.#free(lane) : [];
    if (!held) return;
    const position = positionOf(held.message);
    const [first, ...others] = this.#kept.get(position) ?? [];
    if (first) {
      if (others.length > 0) this.#kept.set(position, others);
      else this.#kept.delete(position);
      this.#do(first, held);
      return;
    }
    const alike = this.#alike.find(
      ({target, done}) => isBy(held.failure, target.failure) && !done.has(position),
    );
    if (!alike) return;
    alike.done.add(position);
    if (!alike.target.each) this.#alike = this.#alike.filter(each => each !== alike);
    this.#do(alike, held);
  }

  #do(told: Told, held: HeldMessage): void {
    const {message} = held;
    const {partition, offset} = message;
    const processing = this.#ports.processing();
    const answer = (done: boolean) =>
      this.#answer(told, message, done ? {done} : {done, because: 'it is not held any more'});
    switch (told.act) {
      case 'retry':
        if (processing.retry(partition, offset)) {
          this.#ports.retried(message);
          answer(true);
        } else answer(false);
        return;
      case 'skip':
        answer(processing.skip(partition, offset, told.reason));
        return;
      case 'dead-letter':
        this.#onTheWay.set(positionOf(message), told);
        if (processing.deadLetter(partition, offset)) return;
        this.#onTheWay.delete(positionOf(message));
        answer(false);
        return;
      case 'replace': {
        void this.#track(this.#replace(told, message, told.edit));
      }
    }
  }

  /** Leaving waits for it. */
  async #track(work: Promise<void>): Promise<void> {
    this.#working.add(work);
    await work;
    this.#working.delete(work);
  }

  async #replace(told: Told, message: Message, edit: Edit): Promise<void> {
    const position = positionOf(message);
    this.#onTheWay.set(position, told);
    const {state} = await this.#ports.publish(replacementOf(message, edit));
    this.#onTheWay.delete(position);
    if (state.status !== 'acknowledged') {
      const reason = state.status === 'pending' ? 'no answer' : state.reason;
      const delivery = state.status === 'failed' ? 'failed' : 'unknown';
      this.#answer(told, message, {done: false, delivery, because: `${reason}; the original stays held`});
    } else {
      const where = positionOf(state);
      const done = this.#ports.processing().replace(message.partition, message.offset, where);
      const because = done ? {} : {because: 'the original is not held any more'};
      this.#answer(told, message, {done, delivery: 'acknowledged', note: where, ...because});
    }
    this.#decide(message.partition);
  }

  /** What is held there and may be acted on: nothing of it is on its way. */
  #free({state}: LaneView): HeldMessage[] {
    if (state.status !== 'held' || this.#onTheWay.has(positionOf(state.held.message))) return [];
    return [state.held];
  }

  #about({line, act}: Told): object {
    return {status: 'act', line, act};
  }

  #answer(told: Told, {partition, offset}: Message, result: object): void {
    this.#ports.answer({...this.#about(told), partition, offset, ...result});
  }

  #keepAnswer(told: Told, why: string): void {
    const {target} = told;
    const which =
      target.kind === 'one' ? {partition: target.partition, offset: target.offset} : {alike: target.failure};
    this.#ports.answer({...this.#about(told), ...which, done: false, waiting: true, because: why});
  }
}

/** An act for a message says nothing of a batch that cannot be read, which may hold others too. */
function sayBatch({partition, state}: LaneView): string {
  return state.status === 'unreadable' ? `; ${sayUnreadable({...state.batch, partition})}` : '';
}

/** The edited message: same partition, so that it stands behind what its key's other messages are. */
function replacementOf(message: Message, edit: Edit): Draft {
  return {
    topic: message.topic,
    partition: message.partition,
    key: edit.key === undefined ? message.key : edit.key,
    value: edit.value === undefined ? message.value : edit.value,
    headers: withHeadersSet(carried(republishedHeaders(message), edit.carry), edit.headers),
  };
}

/** Whether a message is held by what an act calls it: what is alike, or a name that says less, such as `exit 1`. */
function isBy(failure: Failure, called: string): boolean {
  return alikeOf(failure) === called || failure.name === called;
}
