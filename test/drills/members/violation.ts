/** A rule of the flow that was broken in a partition, seen at `at`. Times are ms since 1970. */
export type Violation = {readonly partition: number; readonly at: number} & (
  | Lost
  | Passed
  | Lowered
  | Stuck
  | Again
);

/** Offsets from `from` to `to`, both included. */
type Offsets = {readonly from: number; readonly to: number};

/** The end has come, and these were neither processed, nor dead-lettered, nor skipped. */
type Lost = Offsets & {readonly kind: 'lost'; readonly committed: number};

/** The commit was above these when they were not final; `finally` says when they were, null: never. */
type Passed = Offsets & {
  readonly kind: 'passed';
  readonly committed: number;
  readonly finally: number | null;
};

/** The commit fell from `from` to `to`. */
type Lowered = Offsets & {readonly kind: 'lowered'};

/** The commit stood still at `committed` since `since`, though the log went on to `end`. */
type Stuck = {
  readonly kind: 'stuck';
  readonly committed: number;
  readonly end: number;
  readonly since: number;
};

/** Begun anew by a member that met the group at `met`, long after the commit was seen above them at `passedAt`. */
type Again = Offsets & {
  readonly kind: 'again';
  readonly member: string;
  readonly met: number;
  readonly passedAt: number;
};
