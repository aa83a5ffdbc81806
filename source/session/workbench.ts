import type {Delivery, Draft} from '../flow/delivery.ts';
import type {PartitionStatus} from '../flow/partition-status.ts';
import type {LaneView} from '../flow/processing.ts';

/** What is known of the topic. Times are ms since 1970; `explanation` is one sentence for a person. */
export type TopicState =
  | {readonly status: 'connecting'; readonly since: number}
  | {readonly status: 'missing'}
  | {readonly status: 'creating'; readonly since: number}
  | {
      readonly status: 'there';
      readonly partitions: readonly PartitionStatus[];
      /** When this program created it; null: it was there before. */
      readonly createdAt: number | null;
    }
  | {readonly status: 'unreachable'; readonly explanation: string; readonly nextAttemptAt: number};

/** Where consuming may start when the group has no committed offset. */
export type StartAnswer = 'beginning' | 'end';

/** What the interface can ask for. Nothing throws; what happens comes back through the session. */
export type Workbench = {
  /** Looks at the topic now, and again by itself every few seconds. */
  lookAtTopic(): void;
  createTopic(): void;
  publish(draft: Draft, changed: (delivery: Delivery) => void): Promise<Delivery>;
  startConsumer(): void;
  stopConsumer(): void;
  pauseConsumer(): void;
  resumeConsumer(): void;
  /** A fault that withheld commits is off: what is finished goes out. */
  commitSoon(): void;
  /** Tries to connect now instead of at the planned time. */
  reconnect(): void;
  answerWhereToStart(answer: StartAnswer): void;
  goOnFrom(partition: number, target: 'first' | 'end'): Promise<string | null>;
  retry(partition: number, offset: bigint): boolean;
  skip(partition: number, offset: bigint, reason: string): boolean;
  deadLetter(partition: number, offset: bigint): boolean;
  /** The message was published again, edited, at `where` (`P@O`). */
  replace(partition: number, offset: bigint, where: string): boolean;
  /** The lanes as they stand; none while not consuming. */
  lanes(): readonly LaneView[];
  /** Drains, commits and leaves. Resolves with how many deliveries and runs did not come to an end. */
  leave(): Promise<Leaving>;
};

export type Leaving = {readonly unknownDeliveries: number; readonly runsLeft: number};
