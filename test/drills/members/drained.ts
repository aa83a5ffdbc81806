import type {Sample} from './history.ts';
import type {Violation} from './violation.ts';

/**
 * Whether there is nothing to wait for in a group any more: by its last sample everything is committed, or stuck by what
 * was found. A sample before number `fresh` (from 1), or of fewer than `partitions`, says nothing of that yet.
 */
export function isDrainedOrStuck(
  samples: readonly Sample[],
  {fresh, partitions}: {readonly fresh: number; readonly partitions: number},
  found: () => readonly Violation[],
): boolean {
  const last = samples.at(-1);
  if (samples.length < fresh || !last?.known || last.ends.length < partitions) return false;
  const behind = last.ends.flatMap((end, partition) => {
    const committed = last.committed[partition] ?? -1;
    return Math.max(0, committed) < end ? [{partition, committed}] : [];
  });
  if (behind.length === 0) return true;
  const stuck = found().filter(({kind}) => kind === 'stuck');
  return behind.every(({partition, committed}) =>
    stuck.some(each => each.kind === 'stuck' && each.partition === partition && each.committed === committed),
  );
}
