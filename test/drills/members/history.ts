import type {OnFailure} from '../../../source/flow/failure-policy.ts';

/** One attempt as the handler wrote it down before it returned. Times are ms since 1970. */
export type Attempt = {
  readonly partition: number;
  readonly offset: number;
  readonly member: string;
  /** From 1; 1 is a message that begins anew. */
  readonly attempt: number;
  readonly began: number;
  readonly ended: number;
  readonly outcome: 'processed' | 'failed' | 'failed-for-good';
};

/** A member said which partitions are its own: the group has met, and it knows the committed offsets. */
export type Meeting = {readonly member: string; readonly at: number; readonly partitions: readonly number[]};

/** What the broker said at one moment; −1: nothing is committed. `known: false`: it did not answer. */
export type Sample =
  | {readonly at: number; readonly known: false}
  | {
      readonly at: number;
      readonly known: true;
      /** The broker can be reached by the members, and at least one is in the group and not frozen. */
      readonly canWork: boolean;
      readonly committed: readonly number[];
      readonly ends: readonly number[];
    };

/** A message that became final without the handler: skipped by hand, dead-lettered, or taken by a visitor. */
export type Finished = {readonly partition: number; readonly offset: number; readonly at: number};

/** A replay that was asked for at the first start of the group: the offsets from `from` up to `below`, once each. */
export type Replay = {
  readonly member: string;
  readonly partition: number;
  readonly from: number;
  readonly below: number;
};

/** All that is known of one group, for the judge. */
export type History = {
  readonly policy: OnFailure;
  /** The first offset of each partition that is to be processed; 0 where nothing is said. */
  readonly starts: readonly number[];
  readonly replays: readonly Replay[];
  readonly attempts: readonly Attempt[];
  readonly meetings: readonly Meeting[];
  /** In the order of time. */
  readonly samples: readonly Sample[];
  readonly skippedByHand: readonly Finished[];
  readonly visited: readonly Finished[];
  /** null: not read yet; then what failed for good counts as dead-lettered. */
  readonly deadLetters: readonly Finished[] | null;
  /** How it stands when all is over; null: it goes on. */
  readonly end: {readonly committed: readonly number[]; readonly ends: readonly number[]} | null;
};
