import type {RecordCursor} from '../records/record-cursor.ts';

/** One partition on its way through the topic: where it reads next, and what was fetched of it and not yet taken. */
export class PartitionReading {
  readonly partition: number;
  /** The offset to read next; null: nobody has said yet. */
  position: bigint | null = null;
  isPaused = true;
  /** What stands at the position cannot be read: nothing is fetched before somebody says where to go on. */
  isBlocked = false;
  /** Not fetched before this time, in ms since 1970. */
  notBefore = 0;
  /** Records that were fetched and not yet taken. */
  cursor: RecordCursor | null = null;
  /** The partition's end, as the fetch of the cursor's records told it. */
  highWatermark = 0n;
  isDraining = false;
  /** How often what stands at the position could not be read. */
  damagedTries = 0;
  /** Since when each fetch of it has been refused, in ms since 1970; null: the last one was answered. */
  refusedSince: number | null = null;
  /** Counted up by each request, and by each change of the position: an answer to an earlier one does not count. */
  turn = 0;

  constructor(partition: number) {
    this.partition = partition;
  }

  /** Whether there is something to ask the broker for at `now`. */
  isWanted(now: number): boolean {
    return (
      this.position !== null &&
      !this.isPaused &&
      !this.isBlocked &&
      this.cursor === null &&
      this.notBefore <= now
    );
  }

  /** Goes on from `position`; what was fetched of another place is forgotten. */
  seek(position: bigint): void {
    this.isBlocked = false;
    this.damagedTries = 0;
    if (position === this.position) return;
    this.position = position;
    this.notBefore = 0;
    this.forget();
  }

  /** What was fetched is dropped, and fetched again from the position. */
  forget(): void {
    this.turn++;
    this.cursor = null;
  }
}
