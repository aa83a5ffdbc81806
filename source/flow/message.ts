/** A header's value as it stands in the record: bytes, or null. */
export type HeaderValue = Uint8Array | null;

/** One header as it stands in the record. Names may repeat, and their order counts (KIP-82). */
export type Header = {
  readonly name: string;
  readonly value: HeaderValue;
  /** Only where the name's bytes are not UTF-8, so that `name` shows what it can: the bytes themselves. */
  readonly rawName?: Uint8Array;
};

/** Who said when a record was written: its producer, or the broker as it appended it. */
export type TimestampType = 'create-time' | 'log-append-time';

/** Headers of a received record: by name, in the order received; a repeated name holds a list. */
export type Headers = Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;

export type TopicPartition = {readonly topic: string; readonly partition: number};

/** A record as it came from the topic. Bytes are kept as they are; nothing is decoded here. */
export type Message = TopicPartition & {
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  /** null is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: Headers;
};

/** `P@O`, as a person reads it: `1@113`. */
export function positionOf(message: {partition: number; offset: bigint}): string {
  return `${message.partition}@${message.offset}`;
}
