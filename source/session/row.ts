import type {DeadLetterAgain} from '../flow/events.ts';
import {copyHeaders, type Headers, type Message} from '../flow/message.ts';
import type {Failure} from '../flow/outcome.ts';
import type {Attempt} from './attempts.ts';

/** How a message in view stands. Whether it is committed follows from its partition's committed offset. */
export type RowState =
  | {
      readonly status: 'processed';
      readonly attempt: number;
      readonly durationMs: number;
      readonly note?: string;
    }
  /** An attempt failed, and what follows is being decided. */
  | {readonly status: 'failed'; readonly failure: Failure; readonly attempt: number}
  | {
      readonly status: 'retrying';
      readonly failure: Failure;
      readonly attempt: number;
      readonly attempts: number;
      readonly nextAttemptAt: number;
    }
  | {
      readonly status: 'held';
      readonly failure: Failure;
      readonly attempt: number;
      readonly attempts: number;
      readonly because?: string;
      /** The failure policy goes on with its dead letter by itself. */
      readonly again?: DeadLetterAgain;
    }
  /** Waits behind a held message of its partition. */
  | {readonly status: 'behind'; readonly heldAt: bigint}
  | {
      readonly status: 'skipped' | 'dead-lettered' | 'replaced';
      readonly attempt: number;
      readonly note: string;
      readonly failure: Failure | null;
    }
  /** Its partition went away before it was finished: it is redelivered. */
  | {readonly status: 'moved'}
  /** It went with its topic, which was deleted or cut short, before it was finished. */
  | {readonly status: 'gone'};

/** What is kept of a message, so that it can be shown. */
export type KeptMessage = {
  readonly partition: number;
  readonly offset: bigint;
  /** ms since 1970. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly headers: Headers;
  /** The value's first bytes; see `valueBytes`. */
  readonly value: Buffer | null;
  /** How long the whole value is. */
  readonly valueBytes: number;
};

/** A message in view: what is kept of it, and how it stands. */
export type Row = KeptMessage & {
  /** Counted from 0 without gaps, in the order of arrival. */
  readonly id: number;
  /** When it was received from the broker. */
  readonly arrivedAt: number;
  /** The whole message, as long as it can still be acted on. */
  message: Message | null;
  state: RowState;
  attempts: readonly Attempt[];
  /** It was finished here before, and came again since that was not committed. */
  readonly isRedelivered: boolean;
  /**
   * Whether the group has committed past it; null: that follows from the partition's committed offset, as it does until the
   * message comes again or the topic is made again.
   */
  isCommitted: boolean | null;
  /** When it came to its end (ms since 1970); null: it has not yet. */
  finalAt: number | null;
};

/** Beyond this much of a key or a header nobody reads on. */
const mostOfPart = 4096;

export function rowOf(
  id: number,
  message: Message,
  state: RowState,
  arrivedAt: number,
  {mostOfValue, isRedelivered}: {readonly mostOfValue: number; readonly isRedelivered: boolean},
): Row {
  const kept = keptOf(message, mostOfValue);
  return {
    ...kept,
    id,
    arrivedAt,
    isRedelivered,
    isCommitted: null,
    message: null,
    state,
    attempts: [],
    finalAt: null,
  };
}

/**
 * Copies what is kept: KafkaJS's bytes are slices of a whole fetch, and keeping a slice keeps the fetch.
 */
export function keptOf(message: Message, mostOfValue: number): KeptMessage {
  return {
    partition: message.partition,
    offset: message.offset,
    timestamp: message.timestamp,
    key: message.key && Buffer.from(message.key.subarray(0, mostOfPart)),
    headers: copyHeaders(message.headers, mostOfPart),
    value: message.value && Buffer.from(message.value.subarray(0, mostOfValue)),
    valueBytes: message.value?.length ?? 0,
  };
}

/** Whether all of the message is kept, so that it can be sent again as it was. */
export function isWhole({key, headers, value, valueBytes}: KeptMessage): boolean {
  return (
    (value?.length ?? 0) === valueBytes &&
    (key?.length ?? 0) < mostOfPart &&
    headers.every(header => (header.value?.length ?? 0) < mostOfPart)
  );
}

/** A header's object, text and buffer. */
const headerWeight = 150;

/** Bytes that a row keeps, about. */
export function weightOf(row: KeptMessage): number {
  let weight = 400 + (row.key?.length ?? 0) + (row.value?.length ?? 0);
  for (const {name, value} of row.headers) weight += headerWeight + name.length + (value?.length ?? 0);
  return weight;
}
