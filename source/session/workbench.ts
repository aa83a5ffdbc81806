import type {Delivery, Draft} from '../flow/delivery.ts';
import type {PartitionStatus} from '../flow/partition-status.ts';
import type {LaneView} from '../flow/processing.ts';
import type {GoBackPort} from './go-back.ts';
import type {JoinPort} from './joining.ts';
import type {SearchText} from './search.ts';
import type {NamedBatch} from './unreadable.ts';

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

type Ports = GoBackPort & JoinPort;

/** What the interface can ask for. Nothing throws; what happens comes back through the session. */
export type Workbench = Ports & {
  /** Looks at the topic now, and again by itself every few seconds. */
  lookAtTopic(): void;
  createTopic(): void;
  publish(draft: Draft, changed: (delivery: Delivery) => void): Promise<Delivery>;
  /** Each once, in order; `changed` hears every state of each. */
  publishAll(drafts: readonly Draft[], changed: (delivery: Delivery) => void): Promise<Delivery[]>;
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
  /** Passes over exactly this batch, for good; a sentence where it was not done. */
  skipUnreadable(batch: NamedBatch, reason: string): string | null;
  /** Asks for what cannot be read from this offset on once more. */
  readAgain(partition: number, from: bigint): boolean;
  /** The message was published again, edited, at `where` (`P@O`). */
  replace(partition: number, offset: bigint, where: string): boolean;
  readonly redrive: RedrivePort;
  /** Begins a search over what the topic retains, in place of one before; a sentence where it cannot be begun. */
  search(text: SearchText): string | null;
  stopSearch(): void;
  /** The lanes as they stand; none while not consuming. */
  lanes(): readonly LaneView[];
  /** Drains, commits and leaves. Resolves with how many deliveries and runs did not come to an end. */
  leave(): Promise<Leaving>;
};

export type Leaving = {readonly unknownDeliveries: number; readonly runsLeft: number};

/** Redriving dead letters to the topic that they came from. What comes of it is in `session.redrive`. */
export type RedrivePort = {
  /** Lists what is not redriven: of the topic that is consumed, or of the dead-letter topic that it is itself. */
  look(): void;
  /** In order of partition and offset; `rate`: so many a second at most, null: as quickly as the broker acknowledges. */
  redriveChosen(chosen: readonly Position[], rate: number | null): void;
  /** Everything that was counted, as a member of the group whose commits tell what was redriven. */
  redriveAll(rate: number | null): void;
  pause(): void;
  resume(): void;
  /** What is in hand comes to its end; nothing more is sent. */
  cancel(): void;
  /** The person knows that it is in the topic: it is passed over from now on. */
  countAsRedriven(at: Position): void;
};

/** Which dead letter is meant; its time tells it from that of a topic that was made again. */
export type Position = {readonly partition: number; readonly offset: bigint; readonly timestamp: number};
