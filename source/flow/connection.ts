/** How the consumer stands with its group, told plainly. Times are ms since 1970. */
export type ConsumerState =
  | {readonly status: 'stopped'; readonly reason: 'asked' | 'not-started' | 'done'}
  | {readonly status: 'connecting'; readonly since: number}
  /** Waiting for the group; a member that vanished holds it up until `until` at the latest. */
  | {readonly status: 'joining'; readonly since: number; readonly until: number}
  | {
      readonly status: 'running';
      readonly memberId: string;
      readonly generation: number;
      readonly partitions: readonly number[];
    }
  | {readonly status: 'rebalancing'; readonly since: number; readonly until: number}
  /** In the group, and waiting for the person to say where to start. */
  | {readonly status: 'asking'}
  /** In the group, and paused by hand. */
  | {readonly status: 'paused'}
  | {readonly status: 'stopping'; readonly since: number}
  /** Lost the broker or crashed; tries again by itself at `nextAttemptAt`. `explanation` is one sentence for a person. */
  | {readonly status: 'disconnected'; readonly explanation: string; readonly nextAttemptAt: number}
  /** Cannot go on without the person (wrong group protocol, not authorised …). */
  | {readonly status: 'failed'; readonly explanation: string};
