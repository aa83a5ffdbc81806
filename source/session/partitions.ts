import type {DeadLetterAgain, LostPosition} from '../flow/events.ts';
import type {UnreadableBatch} from '../flow/fetched-queue.ts';
import type {Message} from '../flow/message.ts';
import type {Failure} from '../flow/outcome.ts';
import type {PartitionStatus} from '../flow/partition-status.ts';
import type {LaneView} from '../flow/processing.ts';
import type {TopicState} from './workbench.ts';

/** Why a partition does not flow. */
export type Obstacle =
  | {
      readonly status: 'retrying';
      readonly offset: bigint;
      readonly failure: Failure;
      readonly nextAttemptAt: number;
    }
  | {
      readonly status: 'held';
      readonly offset: bigint;
      readonly failure: Failure;
      readonly attempt: number;
      /** The failure policy goes on with its dead letter by itself. */
      readonly again?: DeadLetterAgain;
    }
  | {readonly status: 'dead-lettering'; readonly offset: bigint}
  | {readonly status: 'lost'; readonly lost: LostPosition}
  | {readonly status: 'unreadable'; readonly batch: UnreadableBatch};

/** Everything that is known of one partition; null: not known now. */
export type PartitionView = PartitionStatus & {
  /** Finished without a gap below this offset, by this consumer, in the log that is there. */
  readonly processed: bigint | null;
  readonly committed: bigint | null;
  /** From the committed offset to the end; below 0: it is so far beyond the end, which no member can reach. */
  readonly lag: bigint | null;
  readonly isOurs: boolean;
  readonly obstacle: Obstacle | null;
  /** Step by step: the message that waits to be released. */
  readonly waiting: Message | null;
  /** The processing code asked for no more of it for now. */
  readonly isPausedByCode: boolean;
  /** In a replay: offsets that are left below the committed one; 0: none runs. */
  readonly left: bigint;
};

/** The log's bounds, as whoever asked last was told, and what the group has committed. */
export type Bounds = {readonly first: bigint | null; readonly end: bigint | null};

/** Puts together what the cluster, the group and our lanes tell. */
export function partitionViews(
  topic: TopicState,
  bounds: ReadonlyMap<number, Bounds>,
  committed: ReadonlyMap<number, bigint | null>,
  lanes: readonly LaneView[],
): readonly PartitionView[] {
  if (topic.status !== 'there') return [];
  const byPartition = new Map(lanes.map(lane => [lane.partition, lane]));
  return topic.partitions.map(({partition, leader, replicas, inSync}) => {
    const lane = byPartition.get(partition);
    const {first, end: told} = bounds.get(partition) ?? {first: null, end: null};
    const isLost = lane?.state.status === 'lost';
    const end = lane && !isLost && (told === null || lane.next > told) ? lane.next : told;
    // Where the position is lost, what the lane remembers is of another log: what the broker has counts.
    const commit = lane && !isLost ? lane.committed : (committed.get(partition) ?? null);
    const from = commit ?? first;
    return {
      partition,
      leader,
      replicas,
      inSync,
      first,
      end,
      processed: lane && !isOfAnotherLog(lane) ? lane.prefix : null,
      committed: commit,
      lag: end === null || from === null ? null : end - from,
      isOurs: lane !== undefined,
      obstacle: lane ? obstacleOf(lane) : null,
      waiting: lane?.waiting ?? null,
      isPausedByCode: lane?.isPausedByCode ?? false,
      left: lane && commit !== null && !isLost && lane.prefix < commit ? commit - lane.prefix : 0n,
    };
  });
}

/** The position is lost, and not by retention: what was done below it was done in a log that is gone. */
function isOfAnotherLog({state}: LaneView): boolean {
  return state.status === 'lost' && state.lost.cause !== 'retention';
}

function obstacleOf({state}: LaneView): Obstacle | null {
  switch (state.status) {
    case 'held': {
      const {message, failure, attempt} = state.held;
      const {again} = state;
      return {status: 'held', offset: message.offset, failure, attempt, ...(again && {again})};
    }
    case 'retrying': {
      const {message, failure} = state.held;
      return {status: 'retrying', offset: message.offset, failure, nextAttemptAt: state.nextAttemptAt};
    }
    case 'dead-lettering':
      return {status: 'dead-lettering', offset: state.held.message.offset};
    case 'lost':
      return {status: 'lost', lost: state.lost};
    case 'unreadable':
      return {status: 'unreadable', batch: state.batch};
    default:
      return null;
  }
}
