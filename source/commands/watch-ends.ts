import type {LaneView} from '../flow/processing.ts';
import type {Consumption} from '../kafka/consumption.ts';

const lookInterval = 250;

/** Calls `done` when every partition has come to its end of the start, or is held. Others' partitions count too. */
export function watchEnds(
  consumption: Consumption,
  atStart: ReadonlyMap<number, bigint | null>,
  /** `isOpen`: whether a lane that is held, cannot be read, lost its position, or waits to be let by steps, is no end yet. */
  {isOpen, done}: {isOpen: (lane: LaneView) => boolean; done: () => void},
): () => void {
  let looking = false;
  const ends = new Map([...atStart].flatMap(([at, end]) => (end === null ? [] : [[at, end] as const])));
  /** What nobody could tell at the start is told when there is a leader; until then it is no end. */
  const tellEnds = async () => {
    const untold = [...atStart.keys()].filter(partition => !ends.has(partition));
    if (untold.length === 0) return true;
    for (const {partition, end} of (await consumption.facts(untold)) ?? []) ends.set(partition, end);
    return untold.every(partition => ends.has(partition));
  };
  const look = async () => {
    if (looking || consumption.state.status !== 'running') return;
    looking = true;
    try {
      if (!(await tellEnds())) return;
      const open = [...ends].filter(([partition, end]) => {
        const lane = consumption.processing.lanes().find(each => each.partition === partition);
        if (!lane) return end > 0n;
        const {status} = lane.state;
        const isHeld = status === 'held' || status === 'unreadable' || lane.waiting !== null;
        if (isHeld && !isOpen(lane)) return false;
        return status === 'lost' ? isOpen(lane) : lane.prefix < end;
      });
      const ours = new Set(consumption.processing.lanes().map(lane => lane.partition));
      if (open.some(([partition]) => ours.has(partition))) return;
      const facts = open.length > 0 ? await consumption.facts(open.map(([partition]) => partition)) : [];
      // A partition without a leader is not told of, and has not come to its end.
      const isTold = facts?.length === open.length;
      if (isTold && facts.every(({partition, committed}) => (committed ?? 0n) >= ends.get(partition)!))
        done();
    } catch {
      // Looked again soon; a broker that is gone is told of by the consumer's state.
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), lookInterval);
  return () => clearInterval(timer);
}
