import type {Clock} from './clock.ts';
import type {DeadLetterAgain, FlowEvent, LostPosition} from './events.ts';
import {afterFailure, backOff, type FailurePolicy} from './failure-policy.ts';
import {type Fetched, FetchedQueue, type UnreadableBatch} from './fetched-queue.ts';
import type {Handler} from './handler.ts';
import {Ledger} from './ledger.ts';
import {copyHeaders, type Message, type TopicPartition} from './message.ts';
import type {Failure, Outcome} from './outcome.ts';
import {RunSize} from './run-size.ts';
import {type BatchBounds, keptBatch, type SkippedBatch} from './unreadable.ts';

/** How publishing a dead letter ended: `where` is its `topic P@O`. */
export type DeadLetterResult =
  | {readonly status: 'acknowledged'; readonly where: string}
  /** It is proved not to be in the dead-letter topic. `retryable`: another try may help by itself. */
  | {readonly status: 'failed'; readonly reason: string; readonly retryable: boolean}
  /** It may be there: another try may make a duplicate. */
  | {readonly status: 'unknown'; readonly reason: string}
  /** A message of a dead-letter topic itself: no try ever helps. */
  | {readonly status: 'refused'; readonly reason: string};

/** What a lane needs from outside. Everything is called synchronously; nothing may throw. */
export type LanePorts = {
  readonly clock: Clock;
  /** Calls back in a fair turn with the other lanes. */
  soon(action: () => void): void;
  readonly handler: Handler;
  readonly policy: FailurePolicy;
  emit(event: FlowEvent): void;
  /** The finished prefix grew: commit when convenient. */
  advanced(): void;
  /** More or less is kept in memory than before. */
  bytesChanged(change: number): void;
  /** Fetch no more of this partition. */
  pause(at: TopicPartition): void;
  /** Fetch this partition, from `from` on where given. */
  resume(at: TopicPartition, from?: bigint): void;
  deadLetter(message: Message, failure: Failure): Promise<DeadLetterResult>;
  /** May a run or a dead letter of the policy begin now? False while the group meets, or while paused by hand. */
  mayDispatch(): boolean;
  /** How many messages that have not begun yet the next run may have: all, or by steps one or none. */
  allowance(partition: number): number;
  /** A message began that had not before: in steps its release is used up. */
  began(partition: number): void;
};

/** A message whose processing failed for good, and waits for the operator. */
export type HeldMessage = {
  readonly message: Message;
  readonly failure: Failure;
  /** Attempts made. */
  readonly attempt: number;
  /** The failure policy decided to dead-letter it, and goes on with that by itself. */
  readonly byPolicy?: boolean;
};

export type LaneStart = {
  /** The first offset to be processed. */
  readonly position: bigint;
  readonly committed: bigint | null;
  /** `position` was chosen, and is to be committed before anything is finished. */
  readonly commitsStart?: boolean;
  /** The processing code has paused this partition. */
  readonly isPausedByCode?: boolean;
  /** A failure from before the partition moved: when it comes again it is held again, and not run by itself. */
  readonly remembered?: HeldMessage | undefined;
};

export type LaneState =
  /** Nothing is in the way: messages are taken as they come. */
  | {readonly status: 'flowing'}
  | {readonly status: 'retrying'; readonly held: HeldMessage; readonly nextAttemptAt: number}
  | {readonly status: 'dead-lettering'; readonly held: HeldMessage}
  /** Waits for the operator; where `again` is set, the failure policy goes on by itself then. */
  | {readonly status: 'held'; readonly held: HeldMessage; readonly again: DeadLetterAgain | null}
  | {readonly status: 'lost'; readonly lost: LostPosition}
  /** Everything before the batch is finished; whether to pass it is the operator's (or the policy's) to say. */
  | {readonly status: 'unreadable'; readonly batch: UnreadableBatch}
  /** Late results count no more: the partition went away, or (`gone`) what was in it did. */
  | {readonly status: 'revoked'; readonly isGone: boolean};

/** How many rows behind a held message are worth telling of. */
const tellBehind = 20;
/** The reason of a skip that nobody decided by hand. */
const byPolicy = 'by the failure policy';
/** A handler that took nothing although nobody asked it to stop is asked again after this, in ms. */
const pauseAfterNothing = 50;

/**
 * One partition's way through processing: strictly in order, one run in hand at a time, and a failure stops this lane
 * only. The lane decides and keeps the ledger; fetching, committing and publishing are behind its ports.
 */
export class Lane {
  readonly at: TopicPartition;
  readonly ledger: Ledger;
  readonly #ports: LanePorts;
  readonly #queue = new FetchedQueue();
  readonly #runSize = new RunSize();
  #state: LaneState = {status: 'flowing'};
  /** The next offset to be fetched; what is below is here already, or finished. */
  #next: bigint;
  /** Number of the attempt that the head's next run will be. */
  #attempt = 1;
  /** The head is tried again because the operator said so: if that fails, it is held again, without timers. */
  #byHand = false;
  /** The processing code asked for no more of this partition for now. */
  #isPausedByCode: boolean;
  #stop = new AbortController();
  #inHand = false;
  /** The message that began last: its further attempts need no leave of their own. */
  #begun: bigint | null = null;
  /** The message that was last told to wait for leave. */
  #toldWaiting: bigint | null = null;
  #remembered: HeldMessage | null;
  /** Fetching was paused by a hold or a loss; it goes on from `#next`. */
  #paused = false;
  #scheduled = false;
  #cancelTimer: (() => void) | null = null;
  #idleWaiters: (() => void)[] = [];

  constructor(at: TopicPartition, start: LaneStart, ports: LanePorts) {
    this.at = at;
    this.#ports = ports;
    this.#remembered = start.remembered ?? null;
    this.#next = start.position;
    this.#isPausedByCode = start.isPausedByCode ?? false;
    this.ledger = new Ledger(start.position, start.committed, {commitsStart: start.commitsStart ?? false});
  }

  get state(): LaneState {
    return this.#state;
  }

  get next(): bigint {
    return this.#next;
  }

  get retainedBytes(): number {
    return this.#queue.bytes;
  }

  /** A run is with the handler now. */
  get isInHand(): boolean {
    return this.#inHand;
  }

  get isPausedByCode(): boolean {
    return this.#isPausedByCode;
  }

  /** The message that would begin next, if it were let; null: none is here, or something else is in the way. */
  get waiting(): Message | null {
    if (this.#inHand || this.#state.status !== 'flowing' || this.#queue.isEmpty) return null;
    return this.#allowed() === 0 ? this.#queue.head! : null;
  }

  /** Should this partition be fetched? Only where what comes can go on. */
  get wantsMore(): boolean {
    if (this.#queue.unreadable) return false;
    return this.#state.status === 'flowing' || this.#state.status === 'retrying';
  }

  /** Takes what a fetch brought. What is here already is dropped; what comes while held is fetched again later. */
  enqueue(fetched: Fetched): void {
    if (!this.wantsMore || fetched.next < this.#next) return;
    if (fetched.next === this.#next && !fetched.unreadable) return;
    if (fetched.from > this.#next) {
      // A fetch from beyond what is here would leave a hole behind it: fetch from where the hole begins.
      this.#ports.resume(this.at, this.#next);
      return;
    }
    if (fetched.next > this.#next) this.#take(fetched);
    if (fetched.unreadable) this.#endWith(fetched.unreadable, fetched.highWatermark);
    this.dispatch();
  }

  #take(fetched: Fetched): void {
    const messages =
      fetched.messages.length > 0 && fetched.messages[0]!.offset < this.#next
        ? fetched.messages.filter(message => message.offset >= this.#next)
        : fetched.messages;
    this.#next = fetched.next;
    this.#queue.push({...fetched, messages});
    this.#ports.bytesChanged(fetched.bytes);
    this.#ports.emit({type: 'received', at: this.at, count: messages.length, next: fetched.next});
    this.#passEmpty();
  }

  /** What cannot be read waits behind the messages that are here; nothing more is fetched meanwhile. */
  #endWith(batch: UnreadableBatch, highWatermark: bigint | undefined): void {
    this.#queue.endWith(keptBatch(batch, {position: this.#next, highWatermark}));
    this.#pause();
  }

  /** Begins the next run when it may; called whenever something that stood in the way is gone. */
  dispatch(): void {
    if (this.#scheduled || this.#inHand || this.#state.status !== 'flowing') return;
    if (this.#queue.isEmpty) this.#stopBeforeUnreadable();
    if (this.#queue.isEmpty || this.#isPausedByCode || !this.#ports.mayDispatch()) return;
    if (this.#allowed() === 0) {
      this.#tellWaiting();
      return;
    }
    this.#scheduled = true;
    this.#ports.soon(() => {
      this.#scheduled = false;
      void this.#run();
    });
  }

  /** Asks the handler to begin no further message; a lane that goes on later begins anew. */
  stopDispatching(): void {
    this.#stop.abort();
  }

  /** Undoes `stopDispatching`. */
  mayGoOn(): void {
    if (this.#stop.signal.aborted) this.#stop = new AbortController();
    this.#deadLetterIfDue();
    this.#skipUnreadableIfDue();
    this.dispatch();
  }

  /** The processing code pauses the partition, or lets it go on: KafkaJS's `pause()`. */
  pauseByCode(isPaused: boolean): void {
    this.#isPausedByCode = isPaused;
    this.dispatch();
  }

  /** Resolves when no run is with the handler and no dead letter is on its way. */
  idle(): Promise<void> {
    if (!this.#inHand && this.#state.status !== 'dead-lettering') return Promise.resolve();
    return new Promise(resolve => this.#idleWaiters.push(resolve));
  }

  /**
   * The partition is no longer ours, or what was in it is `gone` (the topic was made again, or cut short): nothing that
   * comes from now on counts.
   */
  revoke({isGone = false} = {}): void {
    this.#stop.abort();
    this.#cancelTimer?.();
    this.#setState({status: 'revoked', isGone});
    this.#clearQueue();
  }

  /** The position is gone: held until the operator says where to go on. */
  lose(lost: LostPosition): void {
    if (this.#state.status === 'revoked') return;
    this.#cancelTimer?.();
    this.#clearQueue();
    this.#setState({status: 'lost', lost});
    this.#pause();
    this.#ports.emit({type: 'position-lost', lost});
  }

  /**
   * The group met anew and this partition was kept. `committed` is what the group has now: another member may have
   * gone on from here in between, and what it finished is not done again.
   */
  meet(committed: bigint | null): void {
    const before = this.#queue.begins;
    this.ledger.meet(committed);
    this.#queueDropBelow(this.ledger.prefix);
    this.#passEmpty();
    if (this.#next < this.ledger.prefix) this.#next = this.ledger.prefix;
    if (before !== undefined && before < this.ledger.prefix) this.#headWasFinishedElsewhere();
  }

  /** The operator's (or a test's) acts on a held message. Each answers false when that message is not held now. */
  retry(offset: bigint): boolean {
    if (!this.#isHeld(offset)) return false;
    this.#cancelTimer?.();
    this.#byHand = true;
    this.#setState({status: 'flowing'});
    this.dispatch();
    return true;
  }

  skip(offset: bigint, reason: string): boolean {
    if (!this.#isHeld(offset)) return false;
    this.#finishHead('skipped', reason);
    return true;
  }

  /** The edited message was published and acknowledged at `where`: the original is final. */
  replace(offset: bigint, where: string): boolean {
    if (!this.#isHeld(offset)) return false;
    this.#finishHead('replaced', where);
    return true;
  }

  deadLetter(offset: bigint): boolean {
    if (!this.#isHeld(offset)) return false;
    void this.#deadLetterHead(null);
    return true;
  }

  /** Finishes exactly what could not be read, from `from` up to `next`, and goes on there. */
  skipUnreadable({from, next}: BatchBounds, note: string): SkippedBatch {
    const batch = this.#unreadableAt(from);
    if (batch?.next === null) return 'end-unknown';
    if (!batch || next === null || batch.next !== next) return 'not-there';
    this.#clearQueue();
    this.#next = next;
    this.ledger.finish(next);
    this.#setState({status: 'flowing'});
    this.#ports.emit({type: 'batch-skipped', at: this.at, from, next, note});
    this.#ports.advanced();
    this.#resume();
    return 'skipped';
  }

  /** Asks for what could not be read once more. false: there is no such batch now. */
  readAgain(from: bigint): boolean {
    if (!this.#unreadableAt(from)) return false;
    this.#clearQueue();
    this.#setState({status: 'flowing'});
    this.#ports.emit({type: 'batch-read-again', at: this.at, from});
    this.#resume();
    return true;
  }

  #unreadableAt(from: bigint): UnreadableBatch | null {
    return this.#state.status === 'unreadable' && this.#state.batch.from === from ? this.#state.batch : null;
  }

  /** Nothing is left before what cannot be read. */
  #stopBeforeUnreadable(): void {
    const batch = this.#queue.unreadable;
    if (!batch) return;
    this.#setState({status: 'unreadable', batch});
    const {onFailure} = this.#ports.policy;
    this.#ports.emit({type: 'batch-unreadable', at: this.at, batch, onFailure});
    this.#skipUnreadableIfDue();
  }

  /** Records that cannot be read cannot be dead-lettered either: the failure policy skips them, or they are held. */
  #skipUnreadableIfDue(): void {
    const {policy, mayDispatch} = this.#ports;
    if (this.#state.status !== 'unreadable' || policy.onFailure !== 'skip' || !mayDispatch()) return;
    this.skipUnreadable(this.#state.batch, byPolicy);
  }

  async #run(): Promise<void> {
    if (this.#state.status !== 'flowing' || this.#inHand) return;
    if (this.#queue.isEmpty) {
      this.#stopBeforeUnreadable();
      return;
    }
    if (this.#isPausedByCode || !this.#ports.mayDispatch()) return;
    if (this.#holdsAgain()) return;
    const most = this.#allowed();
    if (most === 0) return;
    const attempt = this.#attempt;
    const size = attempt === 1 ? Math.min(this.#runSize.current, most) : 1;
    const messages = this.#untilRemembered(this.#queue.peek(size));
    this.#tellBegun(messages[0]!.offset);
    const began = performance.now();
    this.#inHand = true;
    let outcomes: readonly Outcome[];
    try {
      const {highWatermark} = this.#queue;
      const answer = this.#ports.handler.handle({
        messages,
        attempt,
        highWatermark,
        signal: this.#stop.signal,
      });
      outcomes = answer instanceof Promise ? await answer : answer;
    } catch (error) {
      // The contract says never; a handler that breaks it must not take the lane with it.
      outcomes = [brokenHandler(error)];
    }
    this.#inHand = false;
    this.#runSize.took(performance.now() - began, outcomes.length, messages.length);
    this.#apply(messages, outcomes, attempt);
    this.#tellIdle();
  }

  /** How many messages the next run may have. What began already, or is only held again, needs no leave. */
  #allowed(): number {
    const head = this.#queue.head!.offset;
    if (this.#begun === head || this.#remembered?.message.offset === head) return 1;
    return this.#ports.allowance(this.at.partition);
  }

  #tellWaiting(): void {
    const message = this.#queue.head!;
    if (this.#toldWaiting === message.offset) return;
    this.#toldWaiting = message.offset;
    this.#ports.emit({type: 'waiting', message});
  }

  #tellBegun(offset: bigint): void {
    if (this.#begun === offset) return;
    this.#begun = offset;
    this.#ports.began(this.at.partition);
  }

  #holdsAgain(): boolean {
    const remembered = this.#remembered;
    if (!remembered || this.#queue.head!.offset < remembered.message.offset) return false;
    this.#remembered = null;
    if (this.#queue.head!.offset > remembered.message.offset) return false;
    this.#attempt = remembered.attempt + 1;
    if (remembered.byPolicy) {
      this.#setState({status: 'held', held: {...remembered, message: this.#queue.head!}, again: null});
      void this.#deadLetterHead(0);
    } else this.#hold(remembered, {because: 'it failed before the partition moved'});
    return true;
  }

  #untilRemembered(messages: readonly Message[]): readonly Message[] {
    const remembered = this.#remembered?.message.offset;
    if (remembered === undefined) return messages;
    return messages.filter(message => message.offset < remembered);
  }

  #apply(messages: readonly Message[], outcomes: readonly Outcome[], attempt: number): void {
    if (this.#state.status === 'revoked' || this.#queue.head !== messages[0]) {
      for (let index = 0; index < Math.max(1, outcomes.length); index++) this.#tellMoved(messages[index]!);
      this.dispatch();
      return;
    }
    if (outcomes.length === 0) {
      if (!this.#stop.signal.aborted) this.#later(pauseAfterNothing);
      return;
    }
    this.#ports.emit({type: 'handled', at: this.at, attempt, messages, outcomes});
    const last = outcomes.at(-1)!;
    const processed = last.status === 'failed' ? outcomes.length - 1 : outcomes.length;
    if (processed > 0) this.#finishFromHead(processed);
    if (last.status === 'failed') this.#failed(last.failure, processed > 0 ? 1 : attempt);
    else this.dispatch();
  }

  #failed(failure: Failure, attempt: number): void {
    const {clock, policy} = this.#ports;
    const head = this.#queue.head!;
    this.#attempt = attempt + 1;
    const next = this.#byHand ? ({step: 'hold'} as const) : afterFailure(policy, failure, attempt);
    switch (next.step) {
      case 'retry': {
        const nextAttemptAt = clock.now() + next.afterMs;
        this.#setState({status: 'retrying', held: {message: head, failure, attempt}, nextAttemptAt});
        this.#ports.emit({
          type: 'retrying',
          message: head,
          failure,
          attempt,
          attempts: policy.retries + 1,
          nextAttemptAt,
        });
        this.#later(next.afterMs);
        return;
      }
      case 'hold':
        this.#hold({failure, attempt});
        return;
      case 'skip':
        this.#setState({status: 'held', held: {message: head, failure, attempt}, again: null});
        this.#finishHead('skipped', byPolicy);
        return;
      case 'dead-letter':
        this.#setState({
          status: 'held',
          held: {message: head, failure, attempt, byPolicy: true},
          again: null,
        });
        void this.#deadLetterHead(0);
    }
  }

  /**
   * Holds the head. What is behind it is let go and fetched again later; the head itself is kept, on its own. With
   * `again` the failure policy tries its dead letter again then; without, only the operator ends the hold.
   */
  #hold(
    {failure, attempt}: Omit<HeldMessage, 'message'>,
    {because, again = null}: {because?: string; again?: DeadLetterAgain | null} = {},
  ): void {
    const message = ownCopy(this.#queue.head!);
    const behind = this.#queue.behind(tellBehind);
    this.#clearQueue();
    this.#next = message.offset + 1n;
    this.#queue.push({messages: [message], from: message.offset, next: this.#next, bytes: 0});
    this.#byHand = false;
    this.#setState({status: 'held', held: {message, failure, attempt, byPolicy: again !== null}, again});
    this.#pause();
    const attempts = this.#ports.policy.retries + 1;
    this.#ports.emit({
      type: 'held',
      message,
      failure,
      attempt,
      attempts,
      behind,
      ...(because !== undefined && {because}),
      ...(again && {again}),
    });
  }

  /** `tries`: how often the failure policy has tried before; null: the operator asks for it. */
  async #deadLetterHead(tries: number | null): Promise<void> {
    if (this.#state.status !== 'held') return;
    this.#cancelTimer?.();
    const held = {...this.#state.held, byPolicy: tries !== null};
    this.#setState({status: 'dead-lettering', held});
    const result = await this.#ports.deadLetter(held.message, held.failure);
    // A revoke, a loss of position or another member's commit may have come in between.
    const stillHere = (this.#state as LaneState).status === 'dead-lettering';
    if (!stillHere) this.#tellMoved(held.message);
    else if (result.status === 'acknowledged') {
      this.#setState({status: 'held', held, again: null});
      this.#finishHead('dead-lettered', result.where);
    } else {
      const again =
        tries === null || result.status === 'refused' ? null : this.#againAfter(result, tries + 1);
      this.#hold(held, {because: result.reason, again});
      if (again) this.#later(again.at - this.#ports.clock.now());
    }
    this.#tellIdle();
  }

  #againAfter(
    result: Extract<DeadLetterResult, {status: 'failed' | 'unknown'}>,
    tries: number,
  ): DeadLetterAgain {
    return {
      tries,
      at: this.#ports.clock.now() + backOff(tries),
      mayDuplicate: result.status === 'unknown',
      retryable: result.status === 'unknown' || result.retryable,
    };
  }

  /** The failure policy's next try, once its time has come. */
  #deadLetterIfDue(): void {
    const {clock, mayDispatch} = this.#ports;
    if (this.#state.status !== 'held' || !this.#state.again || !mayDispatch()) return;
    const {at, tries} = this.#state.again;
    if (at <= clock.now()) void this.#deadLetterHead(tries);
  }

  #tellMoved(message: Message): void {
    const {status} = this.#state;
    const isGone = status === 'lost' || (this.#state.status === 'revoked' && this.#state.isGone);
    this.#ports.emit({type: 'moved', message, isGone});
  }

  /** Makes the held head final and goes on behind it. */
  #finishHead(final: 'skipped' | 'dead-lettered' | 'replaced', note: string): void {
    if (this.#state.status !== 'held') return;
    this.#cancelTimer?.();
    const {message, failure, attempt} = this.#state.held;
    this.#setState({status: 'flowing'});
    this.#ports.emit({type: 'finished', message, final, attempt, failure, note});
    this.#finishFromHead(1);
    this.dispatch();
  }

  #finishFromHead(count: number): void {
    const before = this.#queue.bytes;
    const to = this.#queue.drop(count);
    this.#attempt = 1;
    this.#byHand = false;
    // In order: whatever lies below the head is finished, or holds no message.
    this.ledger.finish(to);
    this.#passEmpty();
    if (this.#queue.bytes !== before) this.#ports.bytesChanged(this.#queue.bytes - before);
    this.#ports.advanced();
    this.#resume();
  }

  #pause(): void {
    this.#paused = true;
    this.#ports.pause(this.at);
  }

  #resume(): void {
    if (!this.#paused || this.#queue.unreadable) return;
    this.#paused = false;
    this.#ports.resume(this.at, this.#next);
  }

  /** Offsets that hold no message (markers, compaction) are finished as soon as what is before them is. */
  #passEmpty(): void {
    if (!this.#queue.isEmpty) return;
    const covered = this.#queue.dropEmpty();
    if (covered === null) return;
    this.ledger.finish(covered);
    this.#ports.advanced();
  }

  #headWasFinishedElsewhere(): void {
    this.#attempt = 1;
    this.#byHand = false;
    this.#cancelTimer?.();
    if (this.#state.status !== 'lost' && this.#state.status !== 'revoked')
      this.#setState({status: 'flowing'});
    this.#resume();
  }

  #later(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#ports.clock.after(ms, () => {
      this.#cancelTimer = null;
      if (this.#state.status === 'retrying') this.#setState({status: 'flowing'});
      this.#deadLetterIfDue();
      this.dispatch();
    });
  }

  #isHeld(offset: bigint): boolean {
    return this.#state.status === 'held' && this.#state.held.message.offset === offset;
  }

  #queueDropBelow(offset: bigint): void {
    const before = this.#queue.bytes;
    this.#queue.dropBelow(offset);
    if (this.#queue.bytes !== before) this.#ports.bytesChanged(this.#queue.bytes - before);
  }

  #clearQueue(): void {
    if (this.#queue.bytes > 0) this.#ports.bytesChanged(-this.#queue.bytes);
    this.#queue.clear();
  }

  #setState(state: LaneState): void {
    this.#state = state;
  }

  #tellIdle(): void {
    if (this.#inHand || this.#state.status === 'dead-lettering') return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const waiter of waiters) waiter();
  }
}

function brokenHandler(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  return {status: 'failed', durationMs: 0, failure: {name: 'handler', message, permanent: false}};
}

/** A copy with bytes of its own: what a fetch brought is a slice of a buffer of megabytes. */
function ownCopy(message: Message): Message {
  return {
    ...message,
    key: message.key && Buffer.from(message.key),
    value: message.value && Buffer.from(message.value),
    headers: copyHeaders(message.headers),
  };
}
