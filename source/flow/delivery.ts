import type {Header} from './message.ts';

/** One header of a draft, in the person's order; names may repeat; null and empty are different. */
export type DraftHeader = Header;

/** What is to be published: bytes, verbatim. */
export type Draft = {
  readonly topic: string;
  readonly key: Buffer | null;
  /** null is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: readonly DraftHeader[];
  /** Left out: the partitioner chooses. */
  readonly partition?: number;
  /** Milliseconds since 1970; left out: the time of sending. */
  readonly timestamp?: number;
};

/**
 * What is known of a publish. `failed` is proved not appended. `unknown` may be in the log: a deadline passed, the
 * connection closed after writing, or the broker answered REQUEST_TIMED_OUT or NOT_ENOUGH_REPLICAS_AFTER_APPEND.
 * A late answer turns `unknown` into `acknowledged` or `failed`; nothing is ever sent again by itself.
 */
export type DeliveryState =
  | {readonly status: 'pending'}
  | {
      readonly status: 'acknowledged';
      readonly partition: number;
      readonly offset: bigint;
      /** The broker's append time, or the record's own time (ms since 1970). */
      readonly timestamp: number;
      readonly latencyMs: number;
    }
  | {readonly status: 'failed'; readonly reason: string; readonly retryable: boolean}
  | {readonly status: 'unknown'; readonly reason: string};

/** What is known of a record once anything is. */
export type Known = Exclude<DeliveryState, {readonly status: 'pending'}>;

export type Delivery = {
  /** Counted from 1 within this run of the program. */
  readonly id: number;
  readonly draft: Draft;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly state: DeliveryState;
};

/** Publishes drafts; the port that `kafka/publisher` implements. */
export type Publisher = {
  /**
   * Sends the draft once. `changed` hears each new state (the first is `pending`), also an answer that comes after
   * the deadline. The promise resolves with the first state that is not `pending`; it never rejects.
   */
  publish(draft: Draft, changed?: (delivery: Delivery) => void): Promise<Delivery>;
  /** Publishes many, batched by partition; one result each, in order. */
  publishAll(drafts: readonly Draft[], changed?: (delivery: Delivery) => void): Promise<Delivery[]>;
  /** Waits for what is pending up to its deadline, then disconnects. */
  close(): Promise<void>;
};

/**
 * Hears what became of records that went to one partition together, by the numbers that their sender gave them. An
 * acknowledged `state` has the offset of the first; the others follow it one by one. Heard again for the same numbers where
 * an answer comes after `unknown`. `hasAppendTime`: the time is the broker's, whatever the records say themselves.
 */
export type Heard = (numbers: readonly number[], state: Known, hasAppendTime: boolean) => void;

/** Publishes records of which there may be millions: each once, as `Publisher` does, but with no object kept for each. */
export type BulkPublisher = {
  /** Takes the record's bytes at once; `heard` gets what becomes of it later, never during the call. */
  send(draft: Draft, number: number, heard: Heard): void;
};

/** How long the way to the broker takes at least, in ms, after one more answer: slower answers raise it only slowly. */
export function quickestOf(before: number, latencyMs: number): number {
  return latencyMs < before ? latencyMs : before + (latencyMs - before) / 64;
}
