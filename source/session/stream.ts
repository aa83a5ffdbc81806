import type {FlowEvent} from '../flow/events.ts';
import type {Message} from '../flow/message.ts';
import type {Outcome} from '../flow/outcome.ts';
import {Redeliveries} from '../flow/redeliveries.ts';
import {type Attempt, attemptOf, leftSomething, weightOfAttempts, withAttempt} from './attempts.ts';
import {OffsetTimes} from './offset-times.ts';
import {type Row, type RowState, rowOf, weightOf} from './row.ts';

type Handled = Extract<FlowEvent, {type: 'handled'}>;
/** A run that waits to be shown, and when it ended. */
type Waiting = Handled & {readonly endedAt: number};

/** Rows made at one tick at most, beside failed ones: more nobody can read. */
const mostAtOnce = 200;
const mostRows = 2000;
/** Bytes that all rows keep together. */
const mostBytes = 16 * 1024 * 1024;
const previewBytes = 16 * 1024;
const heldPreviewBytes = 256 * 1024;

export type StreamCounts = {
  processed: number;
  /** Of messages that were finished before, and came again since that was not committed. */
  redelivered: number;
  /** Messages whose first attempt failed. */
  failed: number;
  skipped: number;
  deadLettered: number;
  replaced: number;
  moved: number;
};

/**
 * The newest messages, each on one row with how it stands. Bounded by rows and by bytes; whatever is not shown (too
 * many at once, or long ago) is counted in `dropped`. Whoever failed always gets a row, and keeps it while it is held.
 */
export class Stream {
  readonly counts: StreamCounts = {
    processed: 0,
    redelivered: 0,
    failed: 0,
    skipped: 0,
    deadLettered: 0,
    replaced: 0,
    moved: 0,
  };
  /** Messages that were handled and are not, or no longer, in view. */
  dropped = 0;
  #rows: Row[] = [];
  /** Rows that are too old for `#rows`, and are held or retried still. */
  #heldBefore: Row[] = [];
  #all: readonly Row[] | null = null;
  #nextId = 0;
  #bytes = 0;
  /** When each partition's messages came from the broker. */
  readonly received = new OffsetTimes();
  readonly #redeliveries = new Redeliveries();
  readonly #byPosition = new Map<string, Row>();
  /** Rows that are not final yet, by partition. */
  readonly #open = new Map<number, Map<bigint, Row>>();
  #waiting: Waiting[] = [];
  #waitingCount = 0;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Oldest first, in order of their ids. */
  get rows(): readonly Row[] {
    if (this.#heldBefore.length === 0) return this.#rows;
    this.#all ??= [...this.#heldBefore, ...this.#rows];
    return this.#all;
  }

  row(id: number): Row | null {
    const first = this.#rows[0];
    if (first && id >= first.id) return this.#rows[id - first.id] ?? null;
    return this.#heldBefore.find(row => row.id === id) ?? null;
  }

  rowAt(partition: number, offset: bigint): Row | null {
    return this.#open.get(partition)?.get(offset) ?? this.#byPosition.get(`${partition}@${offset}`) ?? null;
  }

  /** Rows that wait for the operator or for another attempt, oldest first. */
  openRows(): readonly Row[] {
    return [...this.#open.values()]
      .flatMap(rows => [...rows.values()])
      .filter(({state}) => state.status === 'held' || state.status === 'retrying');
  }

  /** `committed`: whether the group has committed past a message, as far as it is known now. */
  take(event: FlowEvent, committed: (row: Row) => boolean = () => false): void {
    if (event.type === 'topic-recreated') this.#forgetTopic(committed);
    // What came before is told apart by what was known before.
    if (event.type === 'assigned') this.flush();
    this.#redeliveries.take(event);
    switch (event.type) {
      case 'received':
        this.received.take(event.at.partition, event.next, this.#now());
        break;
      case 'handled':
        this.#handled(event);
        break;
      case 'retrying': {
        const {failure, attempt, attempts, nextAttemptAt} = event;
        this.#become(event.message, {status: 'retrying', failure, attempt, attempts, nextAttemptAt});
        break;
      }
      case 'held': {
        const {message, failure, attempt, attempts, because, again} = event;
        this.#become(message, {
          status: 'held',
          failure,
          attempt,
          attempts,
          ...(because !== undefined && {because}),
          ...(again && {again}),
        });
        for (const each of event.behind) this.#wait(each, message.offset);
        break;
      }
      case 'finished': {
        const {message, final, attempt, note, failure} = event;
        this.counts[final === 'dead-lettered' ? 'deadLettered' : final]++;
        this.#become(message, {status: final, attempt, note, failure});
        break;
      }
      case 'moved':
        this.counts.moved++;
        this.#become(event.message, {status: event.isGone ? 'gone' : 'moved'});
        break;
      case 'position-lost':
        this.#close(event.lost.partition, 'gone');
        break;
      case 'assigned':
        this.#markUncommitted(event.partitions);
        break;
      case 'revoked':
        for (const {partition} of event.partitions) this.#close(partition, 'moved');
        break;
      default:
        break;
    }
  }

  /** Makes rows of what came since the last time. Called at each tick. */
  flush(): void {
    const waiting = this.#waiting;
    let tooMany = this.#waitingCount - mostAtOnce;
    this.#waiting = [];
    this.#waitingCount = 0;
    for (const {messages, outcomes, attempt, endedAt} of waiting) {
      const skip = Math.min(Math.max(tooMany, 0), outcomes.length);
      tooMany -= skip;
      this.dropped += skip;
      for (let at = skip; at < outcomes.length; at++) {
        this.#addProcessed(messages[at]!, outcomes[at]!, attempt, endedAt);
      }
    }
    this.#trim();
  }

  #handled(event: Handled): void {
    const last = event.outcomes.at(-1);
    if (!last) return;
    const {messages, attempt} = event;
    const failed = last.status === 'failed' ? last : null;
    const good = failed ? event.outcomes.slice(0, -1) : event.outcomes;
    const again = this.#countRedelivered(messages, good.length);
    this.counts.redelivered += again;
    this.counts.processed += good.length - again;
    if (good.length > 0) this.#processed({...event, outcomes: good});
    if (!failed) return;
    const message = messages[event.outcomes.length - 1]!;
    if (attempt === 1 || good.length > 0) this.counts.failed++;
    this.flush();
    const row = this.#become(message, {status: 'failed', failure: failed.failure, attempt});
    this.#keep(row, attemptOf(failed, attempt, this.#now()));
  }

  #processed(event: Handled): void {
    const open = this.#open.get(event.at.partition);
    if (open && open.size > 0) {
      event.outcomes.forEach((outcome, index) => {
        const message = event.messages[index]!;
        const row = open.get(message.offset);
        if (!row) {
          this.#addProcessed(message, outcome, event.attempt, this.#now());
          return;
        }
        this.#keep(row, attemptOf(outcome, event.attempt, this.#now()));
        this.#setState(row, processedState(outcome, event.attempt), null);
      });
      return;
    }
    this.#waiting.push({...event, endedAt: this.#now()});
    this.#waitingCount += event.outcomes.length;
    // Whole runs that will not be shown are let go at once: they keep whole fetches in memory.
    while (this.#waitingCount - this.#waiting[0]!.outcomes.length >= mostAtOnce) {
      const gone = this.#waiting.shift()!;
      this.#waitingCount -= gone.outcomes.length;
      this.dropped += gone.outcomes.length;
    }
  }

  #addProcessed(message: Message, outcome: Outcome, attempt: number, endedAt: number): void {
    const row = this.#add(message, processedState(outcome, attempt));
    row.finalAt = endedAt;
    if (leftSomething(outcome)) this.#keep(row, attemptOf(outcome, attempt, endedAt));
  }

  #keep(row: Row, attempt: Attempt): void {
    const before = weightOfAttempts(row.attempts);
    row.attempts = withAttempt(row.attempts, attempt);
    // Rows that are kept because they are held count no more.
    if (row.id >= (this.#rows[0]?.id ?? 0)) this.#bytes += weightOfAttempts(row.attempts) - before;
  }

  #become(message: Message, state: RowState): Row {
    const known = this.#open.get(message.partition)?.get(message.offset) ?? this.#recent(message);
    if (known) {
      this.#setState(known, state, message);
      return known;
    }
    this.flush();
    const row = this.#add(message, state, heldPreviewBytes);
    this.#setState(row, state, message);
    return row;
  }

  /** A row of this message that a late event belongs to; a message that comes again gets a new row. */
  #recent(message: Message): Row | null {
    const row = this.rowAt(message.partition, message.offset);
    return row && (row.state.status === 'failed' || row.state.status === 'behind') ? row : null;
  }

  #wait(message: Message, heldAt: bigint): void {
    if (this.#open.get(message.partition)?.has(message.offset)) return;
    const row = this.#add(message, {status: 'behind', heldAt});
    this.#setState(row, row.state, null);
  }

  #add(message: Message, state: RowState, mostOfValue = previewBytes): Row {
    const arrivedAt = this.received.past(message.partition, message.offset)?.at ?? this.#now();
    const isRedelivered = this.#redeliveries.has(message.partition, message.offset);
    const row = rowOf(this.#nextId++, message, state, arrivedAt, {mostOfValue, isRedelivered});
    this.#rows.push(row);
    this.#all = null;
    this.#bytes += weightOf(row);
    this.#byPosition.set(`${row.partition}@${row.offset}`, row);
    return row;
  }

  #setState(row: Row, state: RowState, message: Message | null): void {
    row.state = state;
    const isOpen = ['held', 'retrying', 'behind', 'failed'].includes(state.status);
    row.message = isOpen ? (message ?? row.message) : null;
    row.finalAt = isOpen || state.status === 'moved' || state.status === 'gone' ? null : this.#now();
    let open = this.#open.get(row.partition);
    if (isOpen) {
      if (!open) {
        open = new Map();
        this.#open.set(row.partition, open);
      }
      open.set(row.offset, row);
    } else open?.delete(row.offset);
  }

  /** What is open there ends: it comes again, here or elsewhere; or it is gone with what held it. */
  #close(partition: number, status: 'moved' | 'gone'): void {
    for (const row of this.#open.get(partition)?.values() ?? []) {
      row.state = {status};
      row.message = null;
    }
    this.#open.delete(partition);
  }

  /** What was finished and lies at or beyond where a partition goes on was not committed, and comes again. */
  #markUncommitted(partitions: Extract<FlowEvent, {type: 'assigned'}>['partitions']): void {
    for (const {partition, position} of partitions) {
      const range = this.#redeliveries.of(partition);
      if (range === null || range.until <= position) continue;
      for (const row of this.#rows) {
        if (row.partition !== partition || row.finalAt === null || row.isCommitted !== null) continue;
        if (row.offset >= range.from && row.offset < range.until) row.isCommitted = false;
      }
    }
  }

  /** Of the first `count` messages of a run, those that were finished before. */
  #countRedelivered(messages: readonly Message[], count: number): number {
    const range = count > 0 ? this.#redeliveries.of(messages[0]!.partition) : null;
    if (range === null || messages[0]!.offset >= range.until) return 0;
    const ours = messages.slice(0, count);
    return ours.filter(({offset}) => offset >= range.from && offset < range.until).length;
  }

  /** A row belongs to the topic that it came from: with it, it ends, and nothing at its place is mistaken for it. */
  #forgetTopic(committed: (row: Row) => boolean): void {
    this.flush();
    for (const row of this.rows) row.isCommitted ??= row.finalAt !== null && committed(row);
    for (const partition of [...this.#open.keys()]) this.#close(partition, 'gone');
    this.#heldBefore = [];
    this.#all = null;
    this.#byPosition.clear();
    this.received.clear();
  }

  #trim(): void {
    if (this.#rows.length <= mostRows && this.#bytes <= mostBytes) return;
    let gone = 0;
    // The newest stays in any case: a record can have headers for more than all rows may take.
    while (
      gone < this.#rows.length - 1 &&
      (this.#rows.length - gone > mostRows * 0.75 || this.#bytes > mostBytes * 0.75)
    ) {
      const row = this.#rows[gone++]!;
      this.#bytes -= weightOf(row) + weightOfAttempts(row.attempts);
    }
    const old = [...this.#heldBefore, ...this.#rows.slice(0, gone)];
    this.#rows = this.#rows.slice(gone);
    this.#heldBefore = old.filter(waits);
    this.#all = null;
    this.dropped += old.length - this.#heldBefore.length;
    for (const row of old) {
      const position = `${row.partition}@${row.offset}`;
      if (!waits(row) && this.#byPosition.get(position) === row) this.#byPosition.delete(position);
    }
  }
}

/** The operator or a timer has still to do with it. */
function waits({state: {status}}: Row): boolean {
  return status === 'held' || status === 'retrying' || status === 'failed';
}

function processedState(outcome: Outcome, attempt: number): RowState {
  const note = outcome.status === 'processed' ? outcome.note : undefined;
  return {
    status: 'processed',
    attempt,
    durationMs: outcome.durationMs,
    ...(note !== undefined && {note}),
  };
}
