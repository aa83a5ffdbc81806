import type {Message} from '../../flow/message.ts';

/** Messages, that nothing else is below `next`, and what they keep in memory, in bytes. */
export type TakenRecords = {
  readonly messages: readonly Message[];
  readonly next: bigint;
  readonly bytes: number;
};

/** A batch that was checked and unpacked: its messages are made as they are asked for. */
export type OpenRecords = {
  /** Unpacked, in bytes. */
  readonly size: number;
  /** At most so many, of about `chunkSize` bytes; null: no more. */
  take(most: number): TakenRecords | null;
};

/** Bytes that messages share: none of them keeps a whole fetch alive. */
export const chunkSize = 256 * 1024;
