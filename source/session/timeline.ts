import type {Delivery} from '../flow/delivery.ts';
import type {FlowEvent} from '../flow/events.ts';
import {OffsetTimes} from './offset-times.ts';
import {Sample} from './sample.ts';

type Published = {readonly partition: number; readonly offset: bigint; readonly sentAt: number};

/** Publishes that wait for their commit, at most. */
const mostWaiting = 1000;
/** Durations taken of one run of messages, at most. */
const mostOfRun = 16;

/**
 * When what was committed, and how long processing and the whole way from publishing to commit take lately.
 * Fed by the flow's events at a cost for each run and commit, not for each message.
 */
export class Timeline {
  readonly committed = new OffsetTimes();
  /** Of attempts, failed ones too. */
  readonly processing = new Sample();
  /** Of messages that were published and consumed by this program. */
  readonly wholeWay = new Sample();
  readonly #received: OffsetTimes;
  #waiting: Published[] = [];
  /** Since when a partition's messages wait for one that failed or cannot be read, and until when they did. */
  readonly #holds = new Map<number, {readonly until: number | null}>();
  readonly #counted = new Set<number>();

  constructor(received: OffsetTimes) {
    this.#received = received;
  }

  take(event: FlowEvent, now: number): void {
    switch (event.type) {
      case 'topic-recreated':
        this.committed.clear();
        this.#waiting = [];
        break;
      case 'retrying':
      case 'held':
        this.#holds.set(event.message.partition, {until: null});
        break;
      case 'batch-unreadable':
        this.#holds.set(event.at.partition, {until: null});
        break;
      case 'finished':
        this.#goesOn(event.message.partition, now);
        break;
      case 'batch-skipped':
        this.#goesOn(event.at.partition, now);
        break;
      case 'revoked':
        for (const {partition} of event.partitions) this.#goesOn(partition, now);
        break;
      case 'handled': {
        const {outcomes} = event;
        if (outcomes.at(-1)?.status === 'processed') this.#goesOn(event.at.partition, now);
        const step = Math.max(1, Math.ceil(outcomes.length / mostOfRun));
        for (let at = outcomes.length - 1; at >= 0; at -= step) {
          this.processing.add(outcomes[at]!.durationMs);
        }
        break;
      }
      case 'committed':
        for (const {partition, offset} of event.offsets) this.committed.take(partition, offset, now);
        if (this.#waiting.length > 0)
          this.#waiting = this.#waiting.filter(published => !this.#hasArrived(published, now));
        break;
      default:
        break;
    }
  }

  /** A delivery to the topic that is consumed. */
  takeDelivery({id, sentAt, state}: Delivery, now: number): void {
    if (state.status !== 'acknowledged' || this.#counted.has(id)) return;
    this.#counted.add(id);
    if (this.#counted.size > mostWaiting * 2) this.#counted.delete(this.#counted.values().next().value!);
    const published = {partition: state.partition, offset: state.offset, sentAt};
    // The commit can be quicker than the acknowledgement. Only this one is looked at: thousands may come in a row.
    if (this.#hasArrived(published, now)) return;
    this.#waiting.push(published);
    if (this.#waiting.length > mostWaiting) this.#waiting.shift();
  }

  /** Publishes whose commit has not come yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether it is committed by now, and so is not waited for; its way is counted where we consumed it. */
  #hasArrived({partition, offset, sentAt}: Published, now: number): boolean {
    const commit = this.committed.past(partition, offset);
    // One that was published long after it was committed so far is one of an earlier topic of that name.
    if (!commit || commit.at < sentAt) return false;
    // A message that waited for a person, its own failure's or another's before it, says nothing of how quick the way is.
    if (this.#received.past(partition, offset) && !this.#wasHeldUp(partition, sentAt))
      this.wholeWay.add(Math.min(commit.at, now) - sentAt);
    return true;
  }

  #goesOn(partition: number, now: number): void {
    if (this.#holds.get(partition)?.until === null) this.#holds.set(partition, {until: now});
  }

  #wasHeldUp(partition: number, sentAt: number): boolean {
    const hold = this.#holds.get(partition);
    return hold !== undefined && (hold.until === null || sentAt < hold.until);
  }
}
