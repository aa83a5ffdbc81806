import type {Clock} from '../../flow/clock.ts';
import type {Delivery, Draft, Publisher} from '../../flow/delivery.ts';
import {RatePace} from './rate-pace.ts';

/** What is to be sent next; `line`: where it stands in its file. */
export type BulkItem = {readonly draft: Draft; readonly line?: number};

/** What became of one draft; `number` counts from 1 in the order of sending. */
export type BulkResult = {readonly number: number; readonly line?: number; readonly delivery: Delivery};

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
  /** Read only as far as is sent. */
  readonly items: AsyncIterable<BulkItem> | Iterable<BulkItem>;
  /** So many a second at most; null: as quickly as they are acknowledged. */
  readonly rate: number | null;
  readonly clock: Clock;
  readonly publisher: Pick<Publisher, 'publishAll'>;
  /** Hears exactly one result for each draft, in order. */
  readonly onResult: (result: BulkResult) => void;
  /** Hears an answer that came after its result said `unknown`. */
  readonly onLate?: (result: BulkResult) => void;
  /** Hears every state of every delivery, as it comes. */
  readonly onDelivery?: (delivery: Delivery) => void;
  /** Pauses by itself when so many in a row were not acknowledged. */
  readonly patience?: number;
};

/** On their way at once; more would only wait in memory. */
const mostOnTheirWay = 5000;
const mostBytesOnTheirWay = 32 * 1024 * 1024;
const mostInBatch = 1000;

type OnItsWay = {readonly number: number; readonly line?: number; readonly bytes: number; settled: boolean};

/**
 * Sends many drafts, each once, at a rate or as quickly as they are acknowledged, and says what became of each. It can be
 * paused, resumed and cancelled; what is on its way then still gets its result. Nothing is sent again by itself.
 */
export class BulkRun {
  readonly #options: BulkOptions;
  readonly #pace: RatePace | null;
  readonly #counts = {sent: 0, acknowledged: 0, failed: 0, unknown: 0};
  /** By the delivery's id: what has no result yet, and what may still get a late answer. */
  readonly #onTheirWay = new Map<number, OnItsWay>();
  readonly #results = new Map<number, BulkResult>();
  #status: BulkStatus = 'running';
  #isCancelled = false;
  #problem: string | null = null;
  #pending = 0;
  #pendingBytes = 0;
  #nextResult = 1;
  #notAcknowledged = 0;
  #activeMs = 0;
  #activeSince: number;
  #wake: () => void = () => {};
  #end: Promise<BulkFigures> | null = null;

  constructor(options: BulkOptions) {
    this.#options = options;
    this.#pace = options.rate === null ? null : new RatePace(options.rate);
    this.#activeSince = options.clock.now();
  }

  /** Begins; resolves when each draft that was sent has its result. */
  start(): Promise<BulkFigures> {
    this.#end ??= this.#run();
    return this.#end;
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
      this.#problem = (error as Error).message;
    }
    if (this.#status !== 'finishing') this.#become('finishing');
    while (this.#pending > 0) await this.#wait(null);
    this.#become(this.#isCancelled ? 'cancelled' : end);
    return this.figures;
  }

  async #sendAll(): Promise<void> {
    const items = iteratorOf(this.#options.items);
    /** Read, but not sent, because it was paused meanwhile. */
    let batch: BulkItem[] = [];
    this.#pace?.begin(this.#options.clock.now());
    try {
      while (!this.#isCancelled) {
        const room = this.#room();
        if (room === 0) {
          await this.#wait(this.#pauseBeforeNext());
          continue;
        }
        if (batch.length === 0) {
          batch = await take(items, room);
          if (batch.length === 0) return;
          continue;
        }
        this.#send(batch.splice(0, room));
      }
    } finally {
      await items.return?.();
    }
  }

  /** How many may be sent now. */
  #room(): number {
    if (this.#status !== 'running' || this.#isFull()) return 0;
    const due = this.#pace ? this.#pace.due(this.#options.clock.now()) : mostInBatch;
    return Math.min(due, mostInBatch, mostOnTheirWay - this.#pending);
  }

  /** ms until the pace lets the next one go; null: something else has to happen. */
  #pauseBeforeNext(): number | null {
    if (this.#status !== 'running' || !this.#pace || this.#isFull()) return null;
    // Time went on since it was looked at: by now it may be due, which is no reason to wait for anything else.
    return this.#pace.pause(this.#options.clock.now());
  }

  #isFull(): boolean {
    return this.#pendingBytes >= mostBytesOnTheirWay || this.#pending >= mostOnTheirWay;
  }

  #send(batch: readonly BulkItem[]): void {
    const {publisher, onDelivery} = this.#options;
    let at = 0;
    this.#pace?.took(batch.length);
    void publisher.publishAll(
      batch.map(({draft}) => draft),
      delivery => {
        // The publisher tells of each draft as pending at once and in order.
        if (delivery.state.status === 'pending') this.#sent(delivery, batch[at++]!);
        onDelivery?.(delivery);
        if (delivery.state.status !== 'pending') this.#answered(delivery);
      },
    );
  }

  #sent({id, draft}: Delivery, {line}: BulkItem): void {
    const bytes = draft.value?.length ?? 0;
    const number = ++this.#counts.sent;
    this.#onTheirWay.set(id, {number, ...(line !== undefined && {line}), bytes, settled: false});
    this.#pending++;
    this.#pendingBytes += bytes;
  }

  #answered(delivery: Delivery): void {
    const own = this.#onTheirWay.get(delivery.id);
    const {status} = delivery.state;
    if (!own || status === 'pending') return;
    if (status !== 'unknown') this.#onTheirWay.delete(delivery.id);
    this.#counts[status]++;
    const {number, line} = own;
    const result = {number, ...(line !== undefined && {line}), delivery};
    if (own.settled) {
      this.#counts.unknown--;
      this.#options.onLate?.(result);
      return;
    }
    own.settled = true;
    this.#pending--;
    this.#pendingBytes -= own.bytes;
    this.#results.set(number, result);
    this.#tellResults();
    this.#losePatience(delivery);
    this.#wake();
  }

  #tellResults(): void {
    for (;;) {
      const next = this.#results.get(this.#nextResult);
      if (!next) return;
      this.#results.delete(this.#nextResult++);
      this.#options.onResult(next);
    }
  }

  #losePatience({state}: Delivery): void {
    this.#notAcknowledged = state.status === 'acknowledged' ? 0 : this.#notAcknowledged + 1;
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

type Items = {next(): unknown; return?(): unknown};

function iteratorOf(items: BulkOptions['items']): Items {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}

async function take(items: Items, most: number): Promise<BulkItem[]> {
  const batch: BulkItem[] = [];
  while (batch.length < most) {
    const {done, value} = (await items.next()) as IteratorResult<BulkItem>;
    if (done) break;
    batch.push(value);
  }
  return batch;
}
