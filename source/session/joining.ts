import type {ForeignGroup} from '../flow/foreign-group.ts';

/** What has to be settled before the group is joined; the consumer is stopped meanwhile. */
export type JoinQuestion =
  | {
      readonly status: 'foreign';
      readonly foreign: ForeignGroup;
      /** Processing code of the person's own is there: joining can be meant. */
      readonly mayJoin: boolean;
    }
  /** Whose the group is could not be seen. `explanation` is one sentence for a person. */
  | {readonly status: 'unknown'; readonly explanation: string};

/** The person's answers to it. */
export type JoinPort = {
  /** Joins the group all the same, as it was to be joined. */
  joinForeignGroup(): void;
  /** Leaves it alone. */
  leaveGroupAlone(): void;
};
