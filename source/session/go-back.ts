import type {Move} from '../flow/moves.ts';

/** What going back would mean: nothing has happened yet. */
export type GoBackPlan =
  | {readonly status: 'counting'}
  /** `problem`: one sentence; from outside perhaps. */
  | {readonly status: 'impossible'; readonly problem: string}
  | {readonly status: 'possible'; readonly moves: readonly Move[]};

/** What the interface can ask for about where the group is, and about going on step by step. */
export type GoBackPort = {
  /** Counts what would come again. `place`: empty (the beginning) or a position, as typed; `partition` null: all. */
  planGoBack(place: string, partition: number | null): Promise<GoBackPlan>;
  /** Consumes again from there; what is committed stays. */
  replay(moves: readonly Move[]): void;
  /** Sets what is committed to there, while the consumer is out of the group, and starts it again where it was running. */
  rewind(moves: readonly Move[]): void;
  /** Each message waits until it is released, or all flow. */
  step(on: boolean): void;
  /** Lets one message of the partition begin; false: the partition is not ours now. */
  release(partition: number): boolean;
};
