import {alikeOf} from '../flow/outcome.ts';
import type {PartitionView} from './partitions.ts';
import type {Row} from './row.ts';
import type {Session} from './session.ts';
import {offsetsOf} from './unreadable.ts';

/**
 * What stands in a partition's way: a message that is held or tried again, a position that is lost, or a batch that cannot
 * be read.
 */
export type OpenFailure = {
  readonly partition: number;
  /** Of the message; of a lost position: the position; of a batch that cannot be read: its first. */
  readonly offset: bigint;
  readonly status: 'held' | 'retrying' | 'dead-lettering' | 'lost' | 'unreadable';
  /** Alike are those of the same (see `alikeOf`): `TypeError`, `HTTP 503`. */
  readonly name: string;
  /** From outside perhaps: make it safe before showing it. */
  readonly text: string;
  readonly row: Row | null;
  /** When the first attempt failed that we saw; null: not known. ms since 1970. */
  readonly since: number | null;
  /** Offsets that wait behind it, as far as the end is known. */
  readonly behind: bigint | null;
};

const lostName = 'position lost';
const unreadableName = "can't be read";

/** Everything that stands in the way over all partitions: lost, then unreadable, then alike ones together. */
export function openFailures({partitions, stream}: Pick<Session, 'partitions' | 'stream'>): OpenFailure[] {
  const found = partitions.flatMap(view => failureOf(view, offset => stream.rowAt(view.partition, offset)));
  return found.sort(
    (left, right) =>
      Number(right.status === 'lost') - Number(left.status === 'lost') ||
      Number(right.status === 'unreadable') - Number(left.status === 'unreadable') ||
      compare(left.name, right.name) ||
      left.partition - right.partition,
  );
}

/** How many of these are as `status` says. */
export function countOf(failures: readonly OpenFailure[], status: OpenFailure['status']): number {
  return failures.filter(each => each.status === status).length;
}

function failureOf(view: PartitionView, rowAt: (offset: bigint) => Row | null): OpenFailure[] {
  const {partition, obstacle} = view;
  switch (obstacle?.status) {
    case 'lost': {
      const {position, first, end, cause} = obstacle.lost;
      const text = {
        retention: `${position}–${first - 1n} no longer exist (retention)`,
        'beyond-end': `beyond the end ${end} by ${position - end}`,
        recreated: 'the topic was deleted and made again',
      }[cause];
      const nothing = {row: null, since: null, behind: null};
      return [{partition, offset: position, status: 'lost', name: lostName, text, ...nothing}];
    }
    case 'unreadable': {
      const {from, next, reason} = obstacle.batch;
      const text = `${reason} (${offsetsOf(obstacle.batch)})`;
      const after = next === null ? null : behind(next - 1n, view.end);
      const nothing = {row: null, since: null, behind: after};
      return [{partition, offset: from, status: 'unreadable', name: unreadableName, text, ...nothing}];
    }
    case 'held':
    case 'retrying':
    case 'dead-lettering': {
      const {status, offset} = obstacle;
      const row = rowAt(offset);
      const told = row && 'failure' in row.state ? row.state.failure : null;
      const failure = 'failure' in obstacle ? obstacle.failure : told;
      const because = row?.state.status === 'held' && row.state.because ? `${row.state.because}; ` : '';
      return [
        {
          partition,
          offset,
          status,
          name: failure ? alikeOf(failure) : 'failed',
          text: `${because}${failure?.message ?? ''}`,
          row,
          since: row ? (row.attempts[0]?.at ?? row.arrivedAt) : null,
          behind: behind(offset, view.end),
        },
      ];
    }
    default:
      return [];
  }
}

/** null: the end is not known, or is before the message: that end is of another log. */
function behind(offset: bigint, end: bigint | null): bigint | null {
  return end === null || end <= offset ? null : end - offset - 1n;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
