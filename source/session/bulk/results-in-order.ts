import type {Known} from '../../flow/delivery.ts';

/** What became of one record; `number` counts from 1 in the order of sending, `line` is where it stands in its file. */
export type BulkResult = {readonly number: number; readonly line?: number; readonly state: Known};

/**
 * Results that follow each other in the order of sending, of records that went to one partition together. Of those that
 * went together (`state` is of the first of them, and where it is acknowledged the others have the offsets after it) these
 * are the ones from `from` on.
 */
export type Results = {
  /** The number of the first. */
  readonly number: number;
  readonly count: number;
  readonly state: Known;
  readonly from: number;
  /** Where a record stands in its file; undefined: in none. */
  lineOf(number: number): number | undefined;
};

/** Of records that went to one partition together, and how many of them are told. */
type Settled = {readonly state: Known; told: number};

/**
 * Puts results, which come partition by partition, into the order of sending again. It keeps numbers, and no object a
 * record: there may be millions. At most `capacity` may be between the oldest that is not told and the newest.
 */
export class ResultsInOrder {
  readonly #capacity: number;
  readonly #lines: Float64Array;
  readonly #bytes: Float64Array;
  readonly #settled: (Settled | null)[];
  readonly #tell: (all: Iterable<Results>) => void;
  #newest = 0;
  #next = 1;

  constructor(capacity: number, tell: (all: Iterable<Results>) => void) {
    this.#capacity = capacity;
    this.#lines = new Float64Array(capacity);
    this.#bytes = new Float64Array(capacity);
    this.#settled = new Array(capacity).fill(null);
    this.#tell = tell;
  }

  /** How many more may be sent now. */
  get room(): number {
    return this.#capacity - (this.#newest - this.#next + 1);
  }

  /** The number of the next record to be sent, of so many bytes. */
  begin(line: number | undefined, bytes: number): number {
    const number = ++this.#newest;
    this.#lines[number % this.#capacity] = line ?? 0;
    this.#bytes[number % this.#capacity] = bytes;
    return number;
  }

  /** Where the record stands in its file; undefined: in none. Known while its result is told, and until then. */
  lineOf(number: number): number | undefined {
    return this.#lines[number % this.#capacity] || undefined;
  }

  bytesOf(number: number): number {
    return this.#bytes[number % this.#capacity]!;
  }

  /** Tells these as soon as all before them are told, together with what waited for them. */
  settle(numbers: readonly number[], state: Known): void {
    const settled = {state, told: 0};
    for (const number of numbers) this.#settled[number % this.#capacity] = settled;
    if (this.#due()) this.#tell(this.#allDue());
  }

  #due(): Settled | null | undefined {
    return this.#settled[this.#next % this.#capacity];
  }

  *#allDue(): Generator<Results> {
    for (let due = this.#due(); due; due = this.#due()) {
      const {state, told: from} = due;
      const number = this.#next;
      do {
        this.#settled[this.#next % this.#capacity] = null;
        this.#next++;
        due.told++;
      } while (this.#due() === due);
      yield {number, count: this.#next - number, state, from, lineOf: this.#lineOf};
    }
  }

  readonly #lineOf = (number: number): number | undefined => this.lineOf(number);
}

/** Each of them with a state of its own. */
export function* eachOf(all: Iterable<Results>): Generator<BulkResult> {
  for (const {number, count, state, from, lineOf} of all) {
    for (let index = 0; index < count; index++) {
      yield resultOf(number + index, lineOf(number + index), stateOf(state, from + index));
    }
  }
}

export function resultOf(number: number, line: number | undefined, state: Known): BulkResult {
  return line === undefined ? {number, state} : {number, line, state};
}

/** The state of the record at `index` of those that followed each other. */
export function stateOf(state: Known, index: number): Known {
  if (state.status !== 'acknowledged' || index === 0) return state;
  return {...state, offset: state.offset + BigInt(index)};
}
