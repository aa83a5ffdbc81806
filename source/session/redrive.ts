import {lastHeader, type Message, positionOf} from '../flow/message.ts';
import type {Failure} from '../flow/outcome.ts';
import {decodeHeader} from '../payload/decode-header.ts';
import {type KeptMessage, keptOf} from './row.ts';
import type {Position} from './workbench.ts';

/** What a dead letter tells of where it came from and why. Text is from outside, and safe to show already. */
export type DeadLetter = KeptMessage & {
  /** `1@113` of the topic that it came from; null: it does not say. */
  readonly origin: string | null;
  /** `TypeError: there is no recipient`; empty: it does not say. */
  readonly error: string;
};

/** How it stands with one dead letter. Only `redriven` is known to be in the origin topic (again). */
export type RedriveResult =
  | {readonly status: 'waiting'}
  | {readonly status: 'sending'}
  | {readonly status: 'redriven'; readonly where: string}
  | {readonly status: 'failed' | 'unknown'; readonly reason: string};

export type RedriveState =
  | {readonly status: 'reading'}
  | {readonly status: 'ready'}
  | {readonly status: 'unusable'; readonly explanation: string}
  | {
      readonly status: 'running';
      readonly what: 'chosen' | 'all';
      readonly paused: boolean;
      /** It was called off, and what is in hand comes to its end. */
      readonly ending: boolean;
      readonly done: number;
      readonly total: number;
    };

const waiting: RedriveResult = {status: 'waiting'};
/** Of a value, for type and key in the list. */
const mostOfValue = 4096;
const mostResults = 100_000;

/** The dead letters of a topic that are not redriven yet, and what became of those that were redriven from here. */
export class Redrive {
  readonly topic: string;
  readonly to: string;
  /** Whose commits tell what was redriven. */
  readonly group: string;
  state: RedriveState = {status: 'reading'};
  /** In order of partition and offset. */
  letters: readonly DeadLetter[] = [];
  /** All that are not redriven as the group tells it, those not in the list too. */
  count = 0n;
  /** Counted up whenever something is different. */
  version = 0;
  #from: ReadonlyMap<number, bigint> = new Map();
  readonly #results = new Map<string, RedriveResult>();
  readonly #changed: () => void;

  constructor(
    names: {readonly topic: string; readonly to: string; readonly group: string},
    changed: () => void,
  ) {
    this.topic = names.topic;
    this.to = names.to;
    this.group = names.group;
    this.#changed = changed;
  }

  resultOf(at: Position): RedriveResult {
    return this.#results.get(keyOf(at)) ?? waiting;
  }

  /** How many of these results there are among those in the list. */
  countOf(status: RedriveResult['status']): number {
    return this.letters.reduce((sum, letter) => sum + (this.resultOf(letter).status === status ? 1 : 0), 0);
  }

  /**
   * How far each partition is redriven without a gap: there the group's commit may stand. `also`: positions that are
   * taken for redriven too.
   */
  prefixes(also: ReadonlySet<string> = new Set()): ReadonlyMap<number, bigint> {
    const prefixes = new Map(this.#from);
    const ended = new Set<number>();
    for (const letter of this.letters) {
      const {partition, offset} = letter;
      if (ended.has(partition) || offset < (prefixes.get(partition) ?? 0n)) continue;
      if (this.#isRedriven(letter, also)) prefixes.set(partition, offset + 1n);
      else ended.add(partition);
    }
    return prefixes;
  }

  /** How many are redriven beyond such a gap, where the group's commit cannot tell of them. */
  beyondGaps(also: ReadonlySet<string> = new Set()): number {
    const prefixes = this.prefixes(also);
    return this.letters.filter(
      letter => letter.offset >= (prefixes.get(letter.partition) ?? 0n) && this.#isRedriven(letter, also),
    ).length;
  }

  #isRedriven(at: Position, also: ReadonlySet<string>): boolean {
    return this.resultOf(at).status === 'redriven' || also.has(positionOf(at));
  }

  setState(state: RedriveState): void {
    this.state = state;
    this.#touched();
  }

  /** `from`: where the group's commits stand, by partition. */
  setList(letters: readonly DeadLetter[], count: bigint, from: ReadonlyMap<number, bigint>): void {
    this.letters = letters;
    this.count = count;
    this.#from = from;
    this.#touched();
  }

  setResult(at: Position, result: RedriveResult): void {
    this.#results.set(keyOf(at), result);
    if (this.#results.size > mostResults) this.#forgetOldest();
    this.#touched();
  }

  /** The oldest that is settled by the group's commit as well goes first; what is unknown is never forgotten. */
  #forgetOldest(): void {
    const listed = new Set(this.letters.map(keyOf));
    for (const [key, {status}] of this.#results) {
      if (status !== 'redriven' || listed.has(key)) continue;
      this.#results.delete(key);
      return;
    }
  }

  /** One more is through, whatever became of it. */
  step(): void {
    if (this.state.status === 'running') this.setState({...this.state, done: this.state.done + 1});
  }

  #touched(): void {
    this.version++;
    this.#changed();
  }
}

function keyOf(at: Position): string {
  return `${positionOf(at)} ${at.timestamp}`;
}

export function deadLetterOf(message: Message): DeadLetter {
  const kept = keptOf(message, mostOfValue);
  const text = (name: string) => {
    const value = lastHeader(kept.headers, name);
    return value ? decodeHeader(name, value).text : null;
  };
  const partition = text('kafka_dlt-original-partition');
  const offset = text('kafka_dlt-original-offset');
  const name = text('kafka_dlt-exception-fqcn');
  const said = text('kafka_dlt-exception-message');
  return {
    ...kept,
    origin: partition === null || offset === null ? null : `${partition}@${offset}`,
    error: [name, said].filter(each => each !== null && each !== '').join(': '),
  };
}

/** What an attempt at redriving that did not succeed means for the dead letter. */
export function resultOfFailure({name, message}: Failure): RedriveResult {
  return {status: name === 'unknown' ? 'unknown' : 'failed', reason: message};
}
