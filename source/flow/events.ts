import type {OnFailure} from './failure-policy.ts';
import type {UnreadableBatch} from './fetched-queue.ts';
import type {Message, TopicPartition} from './message.ts';
import type {Failure, Final, Outcome} from './outcome.ts';

/** The failure policy's next try to write a dead letter that could not be written. */
export type DeadLetterAgain = {
  /** Tries so far. */
  readonly tries: number;
  /** ms since 1970. */
  readonly at: number;
  /** The last try may have been written after all: then the dead letter is there twice. */
  readonly mayDuplicate: boolean;
  /** Something may change by itself; false: somebody has to change something first. */
  readonly retryable: boolean;
};

export type PartitionOffset = TopicPartition & {readonly offset: bigint};

/** Offsets `from`…`to` (inclusive) of a partition that were to be processed and no longer exist; or `to` null: unknown. */
export type LostPosition = TopicPartition & {
  readonly position: bigint;
  readonly first: bigint;
  readonly end: bigint;
  /** `recreated`: the topic was deleted and made again; `retention`: the log starts later; `beyond-end`: the log is shorter. */
  readonly cause: 'retention' | 'beyond-end' | 'recreated';
};

/** What the consuming flow tells whoever watches. One event a run of messages, never one a message. */
export type FlowEvent =
  | {readonly type: 'received'; readonly at: TopicPartition; readonly count: number; readonly next: bigint}
  | {
      /** Outcomes of the first `outcomes.length` of `messages`, in order; only the last can be `failed`. */
      readonly type: 'handled';
      readonly at: TopicPartition;
      readonly attempt: number;
      readonly messages: readonly Message[];
      readonly outcomes: readonly Outcome[];
    }
  | {
      readonly type: 'retrying';
      readonly message: Message;
      readonly failure: Failure;
      /** The attempt that failed, of how many. */
      readonly attempt: number;
      readonly attempts: number;
      /** Milliseconds since 1970. */
      readonly nextAttemptAt: number;
    }
  | {
      readonly type: 'held';
      readonly message: Message;
      readonly failure: Failure;
      readonly attempt: number;
      readonly attempts: number;
      /** Why it is still held after the operator or the policy acted, e.g. the dead letter was not acknowledged. */
      readonly because?: string;
      /** The failure policy goes on with it by itself; left out: it waits for the operator. */
      readonly again?: DeadLetterAgain;
      /** The first of what waits behind it, as far as it was fetched. */
      readonly behind: readonly Message[];
    }
  | {
      readonly type: 'finished';
      readonly message: Message;
      readonly final: Exclude<Final, 'processed'>;
      readonly attempt: number;
      readonly failure: Failure | null;
      /** The reason given for a skip, `P@O` of the dead letter or of the replacement. */
      readonly note: string;
    }
  /** Step by step: nothing is in the way of this message but that it was not let yet. */
  | {readonly type: 'waiting'; readonly message: Message}
  /**
   * The result came after the partition had moved: it is not committed, the message is redelivered. `isGone`: it cannot be,
   * since the topic that held it was made again or cut short.
   */
  | {readonly type: 'moved'; readonly message: Message; readonly isGone: boolean}
  | {readonly type: 'committed'; readonly offsets: readonly PartitionOffset[]}
  | {readonly type: 'commit-failed'; readonly offsets: readonly PartitionOffset[]; readonly reason: string}
  /** The group has met, and what it has committed could not be asked for: nothing is dispatched before that. */
  | {readonly type: 'look-failed'; readonly reason: string; readonly nextAttemptAt: number}
  /** The broker has refused to give this position for ten seconds; it is asked again and again, and the others flow. */
  | (TopicPartition & {
      readonly type: 'fetch-refused';
      readonly position: bigint;
      readonly reason: string;
    })
  | {readonly type: 'position-lost'; readonly lost: LostPosition}
  | {
      /**
       * Everything before it is finished, and it cannot be read: the partition is held. The failure policy can only skip
       * it, and only where its end is known: its records are not, so that none of them can be dead-lettered.
       */
      readonly type: 'batch-unreadable';
      readonly at: TopicPartition;
      readonly batch: UnreadableBatch;
      readonly onFailure: OnFailure;
    }
  /** Offsets `from` to `next` − 1, which could not be read, are passed over for good. `note`: the reason given. */
  | {
      readonly type: 'batch-skipped';
      readonly at: TopicPartition;
      readonly from: bigint;
      readonly next: bigint;
      readonly note: string;
    }
  /** What could not be read is asked for once more. */
  | {readonly type: 'batch-read-again'; readonly at: TopicPartition; readonly from: bigint}
  /** No committed offset, and messages are retained there: consuming waits for the person's choice. */
  | {
      readonly type: 'where-to-start';
      readonly partitions: readonly (TopicPartition & {readonly retained: bigint})[];
    }
  /** Starting at the end or at an offset ahead was asked for, and would commit past messages that nobody processed. */
  | {readonly type: 'start-refused'; readonly unprocessed: bigint}
  /** Where to start was asked for, and does not count here: the group is running already. */
  | {readonly type: 'start-overruled'; readonly partitions: readonly PartitionOffset[]}
  /** Ours, and nobody can tell now where their messages are: they begin when their leader is back. */
  | {readonly type: 'unreachable'; readonly partitions: readonly TopicPartition[]}
  /** The topic was deleted and made again: nothing that was known of the one before means anything. */
  | {readonly type: 'topic-recreated'; readonly topic: string}
  /** Partitions were added to the topic. */
  | {readonly type: 'topic-grown'; readonly topic: string; readonly from: number; readonly to: number}
  | {readonly type: 'assigned'; readonly partitions: readonly AssignedPartition[]}
  | {readonly type: 'revoked'; readonly partitions: readonly TopicPartition[]};

export type AssignedPartition = TopicPartition & {
  /** The next offset to be read. */
  readonly position: bigint;
  /** null: the group has no committed offset here. */
  readonly committed: bigint | null;
  readonly first: bigint;
  readonly end: bigint;
};

/** `fetch-refused` as one sentence. */
export function sayRefused({
  partition,
  position,
  reason,
}: Extract<FlowEvent, {type: 'fetch-refused'}>): string {
  return `The broker does not give ${partition}@${position}, and is asked again: ${reason}`;
}
