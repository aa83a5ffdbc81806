import type {Known} from '../../flow/delivery.ts';

/** What became of one record; `number` counts from 1 in the order of sending, `line` is where it stands in its file. */
export type BulkResult = {readonly number: number; readonly line?: number; readonly state: Known};

/** Records of one partition that followed each other there, and how many of them are told. */
type Settled = {readonly numbers: readonly number[]; readonly state: Known; told: number};

/**
 * Puts results, which come partition by partition, into the order of sending again. It keeps numbers, and no object a
 * record: there may be millions. At most `capacity` may be between the oldest that is not told and the newest.
 */
export class ResultsInOrder {
  readonly #capacity: number;
  readonly #lines: Float64Array;
  readonly #bytes: Float64Array;
  readonly #settled: (Settled | null)[];
  readonly #tell: (result: BulkResult) => void;
  #newest = 0;
  #next = 1;

  constructor(capacity: number, tell: (result: BulkResult) => void) {
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

  /** Where the record stands in its file; undefined: in none. Known until its result is told. */
  lineOf(number: number): number | undefined {
    return this.#lines[number % this.#capacity] || undefined;
  }

  bytesOf(number: number): number {
    return this.#bytes[number % this.#capacity]!;
  }

  /** Tells these as soon as all before them are told. */
  settle(numbers: readonly number[], state: Known): void {
    const settled = {numbers, state, told: 0};
    for (const number of numbers) this.#settled[number % this.#capacity] = settled;
    for (;;) {
      const at = this.#next % this.#capacity;
      const due = this.#settled[at];
      if (!due) return;
      this.#settled[at] = null;
      const line = this.lineOf(this.#next);
      this.#tell(resultOf(this.#next++, line, stateOf(due.state, due.told++)));
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
