/** A header's value as it stands in the record: bytes, or null. */
export type HeaderValue = Uint8Array | null;

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
