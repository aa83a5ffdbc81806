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

/** Headers of a record, in their order. Never an object by name: names are anything, `__proto__` too, and may repeat. */
export type Headers = readonly Header[];

export type TopicPartition = {readonly topic: string; readonly partition: number};

/** A record as it came from the topic. Bytes are kept as they are; nothing is decoded here. */
export type Message = TopicPartition & {
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly timestampType: TimestampType;
  readonly key: Buffer | null;
  /** null is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: Headers;
};

/** The bytes that a header's name has in the record. */
export function nameBytes({name, rawName}: Header): Uint8Array {
  return rawName ?? Buffer.from(name);
}

/** Headers with bytes of their own, each value's first `most` at most: what was fetched is a slice of more. */
export function copyHeaders(headers: Headers, most = Number.POSITIVE_INFINITY): Headers {
  return headers.map(({name, value, rawName}) => ({
    name,
    value: value && Buffer.from(value.subarray(0, most)),
    ...(rawName && {rawName: Buffer.from(rawName)}),
  }));
}

/** The value of the last header of this name, which is the one that counts (KIP-82); undefined: there is none. */
export function lastHeader(headers: Headers, name: string): HeaderValue | undefined {
  return headers.findLast(header => header.name === name)?.value;
}

/** `P@O`, as a person reads it: `1@113`. */
export function positionOf(message: {partition: number; offset: bigint}): string {
  return `${message.partition}@${message.offset}`;
}
