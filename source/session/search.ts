import type {Message} from '../flow/message.ts';
import {type MessageFilter, parseMessageFilter} from './filter.ts';
import {type KeptMessage, keptOf, weightOf} from './row.ts';
import type {NamedBatch} from './unreadable.ts';

/** What is looked for, as typed. */
export type SearchText = {
  /** See `parseMessageFilter`; empty: every message. */
  readonly filter: string;
  /** A position, as for `peek --from`. */
  readonly from: string;
};

export type SearchProgress = {
  /** Offsets that were looked at, of those between where it began and the ends at that time. */
  readonly covered: bigint;
  /** null: not known yet. */
  readonly total: bigint | null;
  /** Of those covered: removed by retention before they could be looked at. */
  readonly gone: bigint;
  /** Of those covered: passed, since what is there cannot be read. */
  readonly unreadable: readonly NamedBatch[];
};

/** How a search stands. Only `complete` has seen everything that it was to see. */
export type SearchState =
  | {readonly status: 'searching' | 'complete' | 'stopped'}
  | {readonly status: 'failed'; readonly explanation: string};

export type SearchResult = KeptMessage & {readonly id: number};

const mostResults = 500;
const mostBytes = 16 * 1024 * 1024;
const mostOfValue = 256 * 1024;

/**
 * A search over the messages that a topic retains: what it found, the newest first, and how far it came. Bounded: of
 * many results the newest are kept, and all are counted.
 */
export class Search {
  readonly text: SearchText;
  readonly #filter: MessageFilter;
  readonly #aborting = new AbortController();
  state: SearchState = {status: 'searching'};
  progress: SearchProgress = {covered: 0n, total: null, gone: 0n, unreadable: []};
  /** Messages that fit, kept or not. */
  found = 0;
  #kept: SearchResult[] = [];
  #bytes = 0;
  #sorted = true;

  /** Throws an Error with a sentence for the person where the filter cannot be used. */
  constructor(text: SearchText) {
    const parsed = parseMessageFilter(text.filter);
    if ('problem' in parsed) throw new Error(parsed.problem);
    this.text = text;
    this.#filter = parsed.filter;
  }

  /** Aborted when the search is stopped. */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  /** The newest first. */
  get results(): readonly SearchResult[] {
    this.#sort();
    return this.#kept;
  }

  take(messages: readonly Message[]): void {
    for (const message of messages) {
      if (!this.#filter(message)) continue;
      const result = {...keptOf(message, mostOfValue), id: this.found++};
      this.#kept.push(result);
      this.#bytes += weightOf(result);
      this.#sorted = false;
      // Cut seldom: each cut sorts.
      if (this.#kept.length > mostResults * 1.25 || this.#bytes > mostBytes) this.#trim();
    }
  }

  stop(): void {
    if (this.state.status === 'searching') this.state = {status: 'stopped'};
    this.#aborting.abort();
  }

  /** It came to its end; one that was stopped before stays so. */
  end(state: SearchState): void {
    if (this.state.status === 'searching') this.state = state;
    this.#trim();
  }

  #sort(): void {
    if (this.#sorted) return;
    this.#sorted = true;
    this.#kept = [...this.#kept].sort(
      (left, right) =>
        right.timestamp - left.timestamp ||
        left.partition - right.partition ||
        (left.offset < right.offset ? 1 : -1),
    );
  }

  #trim(): void {
    this.#sort();
    let count = 0;
    let bytes = 0;
    for (const result of this.#kept) {
      bytes += weightOf(result);
      if (count > 0 && (count >= mostResults || bytes > mostBytes * 0.75)) break;
      count++;
    }
    this.#kept = this.#kept.slice(0, count);
    this.#bytes = this.#kept.reduce((sum, each) => sum + weightOf(each), 0);
  }
}

/** How far a search came, and that it is not through where it is not: `searched 12,000 of 80,000`. */
export function sayProgress({covered, total}: Pick<SearchProgress, 'covered' | 'total'>): string {
  return total === null ? 'asking how much there is' : `searched ${grouped(covered)} of ${grouped(total)}`;
}

/** `12,000` */
export function grouped(number: bigint | number): string {
  return number.toLocaleString('en-US');
}
