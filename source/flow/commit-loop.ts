import type {Clock} from './clock.ts';
import type {PartitionOffset} from './events.ts';

/** Commits in one request; resolves when the broker confirmed, rejects when it did not. */
export type Committer = (offsets: readonly PartitionOffset[]) => Promise<void>;

export type CommitLoopPorts = {
  readonly clock: Clock;
  readonly commit: Committer;
  /** All that is finished and not committed, now. */
  collect(): readonly PartitionOffset[];
  confirmed(offsets: readonly PartitionOffset[]): void;
  failed(offsets: readonly PartitionOffset[], error: unknown): void;
  /**
   * Resolves when what became of the messages is told to whoever reads of it; null: it is already, or nobody does. Rejects
   * when it never will be: then nothing is committed any more.
   */
  told?(): Promise<void> | null;
  /** Those of the offsets that may still be committed, after a wait. */
  stillOurs?(offsets: readonly PartitionOffset[]): readonly PartitionOffset[];
};

/** At most 20 commits a second, whatever the load, in ms. */
const shortestInterval = 50;
/** After a commit that failed, in ms, twice as long after each further one; a new meeting of the group tries at once. */
const afterError = 300;
const longestAfterError = 5000;

/**
 * Commits what is finished: one request at a time, all partitions in it, never one awaited for each message. What a
 * failed request would have committed stays to be collected by the next one.
 */
export class CommitLoop {
  readonly #ports: CommitLoopPorts;
  #inFlight: Promise<void> | null = null;
  #timer: (() => void) | null = null;
  #lastSent = Number.NEGATIVE_INFINITY;
  #closed = false;
  #suspended = false;
  #failures = 0;
  /** In the group, and not told yet what it has committed: others may have gone on from here, and nothing is sent. */
  #isUntold = false;
  #meetings = 0;

  constructor(ports: CommitLoopPorts) {
    this.#ports = ports;
  }

  /** Something is finished: commit it soon. */
  kick(): void {
    if (this.#timer || this.#inFlight || this.#closed || this.#suspended) return;
    this.#schedule(Math.max(0, this.#lastSent + shortestInterval - this.#ports.clock.now()));
  }

  /** No commits for now: the group is meeting, and who owns what is open. */
  suspend(): void {
    this.#suspended = true;
    this.#cancelTimer();
  }

  /** The group has met, and what it has committed is not known yet: nothing is sent, not even by `flush`. */
  untilTold(): void {
    this.#isUntold = true;
    this.#meetings++;
    this.suspend();
  }

  resume(): void {
    this.#suspended = false;
    this.#isUntold = false;
    this.#failures = 0;
    this.kick();
  }

  /** Sends what is finished now, without waiting for the interval; resolves when that request is answered. */
  async flush(): Promise<void> {
    this.#cancelTimer();
    await this.#inFlight;
    await this.#send();
  }

  /** Nothing is sent from now on. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer();
  }

  #schedule(ms: number): void {
    this.#timer = this.#ports.clock.after(ms, () => {
      this.#timer = null;
      void this.#send();
    });
  }

  #send(): Promise<void> {
    if (this.#closed || this.#isUntold) return Promise.resolve();
    const offsets = this.#ports.collect();
    if (offsets.length === 0) return Promise.resolve();
    this.#lastSent = this.#ports.clock.now();
    this.#inFlight = this.#request(offsets);
    return this.#inFlight;
  }

  async #request(finished: readonly PartitionOffset[]): Promise<void> {
    let pause = 0;
    const told = this.#ports.told?.() ?? null;
    const offsets = told ? await this.#onceTold(told, finished) : finished;
    try {
      if (offsets.length > 0) {
        await this.#ports.commit(offsets);
        this.#failures = 0;
        this.#ports.confirmed(offsets);
      }
    } catch (error) {
      pause = Math.min(longestAfterError, afterError * 2 ** this.#failures++);
      this.#ports.failed(offsets, error);
    }
    this.#inFlight = null;
    if (this.#closed || this.#suspended || this.#timer) return;
    if (this.#ports.collect().length > 0) this.#schedule(Math.max(pause, shortestInterval));
  }

  /** What of it may be committed then: a slow reader takes its time, and the group may have met meanwhile. */
  async #onceTold(
    told: Promise<void>,
    finished: readonly PartitionOffset[],
  ): Promise<readonly PartitionOffset[]> {
    const meeting = this.#meetings;
    try {
      await told;
    } catch {
      this.close();
    }
    // Who has gone on from where in a new meeting is not known here: what is finished is collected again after it.
    if (this.#closed || this.#meetings !== meeting) return [];
    return this.#ports.stillOurs?.(finished) ?? finished;
  }

  #cancelTimer(): void {
    this.#timer?.();
    this.#timer = null;
  }
}
