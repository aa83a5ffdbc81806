import type {Clock} from '../../flow/clock.ts';
import {type BulkPublisher, type Draft, type Known, quickestOf} from '../../flow/delivery.ts';
import {RatePace} from './rate-pace.ts';
import {type BulkResult, type Results, ResultsInOrder, resultOf, stateOf} from './results-in-order.ts';

/** What is to be sent next; `line`: where it stands in its file. */
export type BulkItem = {readonly draft: Draft; readonly line?: number};

export type BulkStatus = 'running' | 'paused' | 'finishing' | 'done' | 'cancelled' | 'broken';

export type BulkFigures = {
  readonly status: BulkStatus;
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly unknown: number;
  readonly pending: number;
  /** ms of sending, without pauses. */
  readonly activeMs: number;
  /** Why it paused or broke by itself; a sentence. */
  readonly problem: string | null;
};

export type BulkOptions = {
  /** What there is to send as it comes, those together that are there together. Read only as far as is sent. */
  readonly items: AsyncIterable<readonly BulkItem[]> | Iterable<readonly BulkItem[]>;
  /** So many a second at most; null: as quickly as they are acknowledged. */
  readonly rate: number | null;
  readonly clock: Clock;
  readonly publisher: BulkPublisher;
  /** Hears exactly one result for each draft, in order; those together that came together. */
  readonly onResults: (all: Iterable<Results>) => void;
  /** Hears an answer that came after its result said `unknown`. */
  readonly onLate?: (result: BulkResult) => void;
  /** Whoever takes the results is behind: nothing more is sent until this resolves. null: nobody is. */
  readonly behind?: () => Promise<unknown> | null;
  /** Pauses by itself when so many in a row were not acknowledged. */
  readonly patience?: number;
};

/** On their way at once, or acknowledged behind one that is not: what the longest way to a broker keeps busy. */
const mostOnTheirWay = 100_000;
const mostBytesOnTheirWay = 6 * 1024 * 1024;
/** ms: where even the quickest answers take longer, more bytes keep the way busy. */
const farAway = 80;
const mostBytesFarAway = 16 * 1024 * 1024;
/** What a record takes beside its value. */
const recordBytes = 40;
const mostInBatch = 1000;

/**
 * Sends many drafts, each once, at a rate or as quickly as they are acknowledged, and says what became of each. It can be
 * paused, resumed and cancelled; what is on its way then still gets its result. Nothing is sent again by itself.
 */
export class BulkRun {
  readonly #options: BulkOptions;
  readonly #pace: RatePace | null;
  readonly #counts = {sent: 0, acknowledged: 0, failed: 0, unknown: 0};
  readonly #results: ResultsInOrder;
  /** Lines of the records that may still get a late answer, by number. */
  readonly #unknown = new Map<number, number | undefined>();
  #status: BulkStatus = 'running';
  #isCancelled = false;
  #error: Error | null = null;
  #problem: string | null = null;
  #pending = 0;
  #pendingBytes = 0;
  /** ms, of an acknowledgement; it follows slower ones slowly, since a busy broker is not far away. */
  #quickest = Number.POSITIVE_INFINITY;
  #notAcknowledged = 0;
  #activeMs = 0;
  #activeSince: number;
  #wake: () => void = () => {};
  #end: Promise<BulkFigures> | null = null;

  constructor(options: BulkOptions) {
    this.#options = options;
    this.#results = new ResultsInOrder(mostOnTheirWay, options.onResults);
    this.#pace = options.rate === null ? null : new RatePace(options.rate);
    this.#activeSince = options.clock.now();
  }

  /** Begins; resolves when each draft that was sent has its result. */
  start(): Promise<BulkFigures> {
    this.#end ??= this.#run();
    return this.#end;
  }

  /** Why what there is to send could not be read any further; null: it could. */
  get error(): Error | null {
    return this.#error;
  }

  get figures(): BulkFigures {
    const isActive = this.#status === 'running' || this.#status === 'finishing';
    const activeMs = this.#activeMs + (isActive ? this.#options.clock.now() - this.#activeSince : 0);
    return {
      status: this.#status,
      ...this.#counts,
      pending: this.#pending,
      activeMs,
      problem: this.#problem,
    };
  }

  /** Sends no more until it is resumed. */
  pause(problem: string | null = null): void {
    if (this.#status !== 'running') return;
    this.#become('paused');
    this.#problem = problem;
  }

  resume(): void {
    if (this.#status !== 'paused') return;
    this.#problem = null;
    this.#notAcknowledged = 0;
    this.#pace?.begin(this.#options.clock.now());
    this.#become('running');
  }

  /** Sends no more at all. */
  cancel(): void {
    if (this.#status !== 'running' && this.#status !== 'paused') return;
    this.#isCancelled = true;
    this.#become('finishing');
  }

  async #run(): Promise<BulkFigures> {
    let end: BulkStatus = 'done';
    try {
      await this.#sendAll();
    } catch (error) {
      end = 'broken';
      this.#error = error as Error;
      this.#problem = this.#error.message;
    }
    if (this.#status !== 'finishing') this.#become('finishing');
    while (this.#pending > 0) await this.#wait(null);
    this.#become(this.#isCancelled ? 'cancelled' : end);
    return this.figures;
  }

  async #sendAll(): Promise<void> {
    const items = new Arriving(this.#options.items, () => this.#wake());
    /** What came together, and how much of it is sent. */
    let batch: readonly BulkItem[] = [];
    let from = 0;
    this.#pace?.begin(this.#options.clock.now());
    try {
      while (!this.#isCancelled) {
        const room = this.#room();
        const behind = this.#options.behind?.() ?? null;
        if (behind) await this.#waitFor(behind);
        else if (room === 0) await this.#wait(this.#pauseBeforeNext());
        else if (from < batch.length) {
          const to = Math.min(batch.length, from + room);
          this.#send(batch, from, to);
          from = to;
        } else {
          const next = items.take();
          if (next === 'ended') return;
          if (next === 'not yet') await this.#wait(null);
          else [batch, from] = [next, 0];
        }
      }
    } finally {
      items.close();
    }
  }

  /** How many may be sent now. */
  #room(): number {
    if (this.#status !== 'running' || this.#isFull()) return 0;
    const due = this.#pace ? this.#pace.due(this.#options.clock.now()) : mostInBatch;
    return Math.min(due, mostInBatch, this.#results.room);
  }

  /** ms until the pace lets the next one go; null: something else has to happen. */
  #pauseBeforeNext(): number | null {
    if (this.#status !== 'running' || !this.#pace || this.#isFull()) return null;
    // Time went on since it was looked at: by now it may be due, which is no reason to wait for anything else.
    return this.#pace.pause(this.#options.clock.now());
  }

  #isFull(): boolean {
    return this.#pendingBytes >= this.#mostBytes() || this.#results.room === 0;
  }

  #mostBytes(): number {
    return Number.isFinite(this.#quickest) && this.#quickest > farAway
      ? mostBytesFarAway
      : mostBytesOnTheirWay;
  }

  #send(batch: readonly BulkItem[], from: number, to: number): void {
    this.#pace?.took(to - from);
    for (let at = from; at < to; at++) {
      const {draft, line} = batch[at]!;
      const bytes = (draft.value?.length ?? 0) + recordBytes;
      this.#counts.sent++;
      this.#pending++;
      this.#pendingBytes += bytes;
      this.#options.publisher.send(draft, this.#results.begin(line, bytes), this.#heard);
    }
  }

  readonly #heard = (numbers: readonly number[], state: Known): void => {
    this.#counts[state.status] += numbers.length;
    if (this.#unknown.has(numbers[0]!)) {
      this.#heardLate(numbers, state);
      return;
    }
    for (const number of numbers) {
      this.#pendingBytes -= this.#results.bytesOf(number);
      if (state.status === 'unknown') this.#unknown.set(number, this.#results.lineOf(number));
    }
    if (state.status === 'acknowledged') this.#quickest = quickestOf(this.#quickest, state.latencyMs);
    this.#pending -= numbers.length;
    this.#results.settle(numbers, state);
    this.#losePatience(numbers.length, state);
    this.#wake();
  };

  #heardLate(numbers: readonly number[], state: Known): void {
    this.#counts.unknown -= numbers.length;
    numbers.forEach((number, index) => {
      this.#options.onLate?.(resultOf(number, this.#unknown.get(number), stateOf(state, index)));
      if (state.status !== 'unknown') this.#unknown.delete(number);
    });
  }

  #losePatience(count: number, state: Known): void {
    this.#notAcknowledged = state.status === 'acknowledged' ? 0 : this.#notAcknowledged + count;
    const {patience} = this.#options;
    if (patience === undefined || this.#notAcknowledged < patience || !('reason' in state)) return;
    this.pause(`The last ${this.#notAcknowledged} were not acknowledged: ${state.reason}`);
  }

  #become(status: BulkStatus): void {
    const now = this.#options.clock.now();
    if (this.#status === 'running' || this.#status === 'finishing') this.#activeMs += now - this.#activeSince;
    this.#activeSince = now;
    this.#status = status;
    this.#wake();
  }

  /** Until then, or until something else happens. */
  #waitFor(happens: Promise<unknown>): Promise<void> {
    void happens.then(() => this.#wake());
    return this.#wait(null);
  }

  #wait(ms: number | null): Promise<void> {
    return new Promise(resolve => {
      let cancel = () => {};
      this.#wake = () => {
        this.#wake = () => {};
        cancel();
        resolve();
      };
      if (ms !== null) cancel = this.#options.clock.after(ms, () => this.#wake());
    });
  }
}

/** Reads what there is to send when it is asked for, and says when it came: nobody is stuck in waiting for a slow input. */
class Arriving {
  readonly #items: {next(): unknown; return?(): unknown};
  readonly #came: () => void;
  #next: readonly BulkItem[] | 'not yet' | 'ended' = 'not yet';
  #error: {readonly reason: unknown} | null = null;
  #isReading = false;

  constructor(items: BulkOptions['items'], came: () => void) {
    this.#items = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    this.#came = came;
  }

  /** What came; throws where it could not be read. */
  take(): readonly BulkItem[] | 'not yet' | 'ended' {
    if (this.#next === 'not yet' && !this.#isReading && !this.#error) void this.#read();
    if (this.#error) throw this.#error.reason;
    const taken = this.#next;
    if (taken !== 'ended') this.#next = 'not yet';
    return taken;
  }

  close(): void {
    // What is being read now may never come: nobody waits for its end.
    Promise.resolve(this.#items.return?.()).catch(() => {});
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      const {done, value} = (await this.#items.next()) as IteratorResult<readonly BulkItem[]>;
      this.#next = done ? 'ended' : value;
    } catch (reason) {
      this.#error = {reason};
    }
    this.#isReading = false;
    this.#came();
  }
}
