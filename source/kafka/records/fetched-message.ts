import {isUtf8} from 'node:buffer';
import type {Header, Headers, Message, TimestampType, TopicPartition} from '../../flow/message.ts';
import {ByteReader} from './byte-reader.ts';

/** What one message costs in memory besides its bytes; measured, rounded up. */
export const messageCost = 350;
/** What one header costs, once somebody has looked at it. */
export const headerCost = 180;

const none: Headers = Object.freeze([]);

/** A record as the topic has it. Key and value are slices of bytes that belong to a few messages only. */
export class FetchedMessage implements Message {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: number;
  readonly timestampType: TimestampType;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  #headers: Headers | null;
  readonly #bytes: Buffer;
  readonly #headersAt: number;

  /** `headersAt`: where in `bytes` the headers of the record begin, with their count; below 0: it can have none. */
  constructor(
    at: TopicPartition,
    offset: bigint,
    timestamp: number,
    timestampType: TimestampType,
    key: Buffer | null,
    value: Buffer | null,
    bytes: Buffer,
    headersAt: number,
  ) {
    this.topic = at.topic;
    this.partition = at.partition;
    this.offset = offset;
    this.timestamp = timestamp;
    this.timestampType = timestampType;
    this.key = key;
    this.value = value;
    this.#bytes = bytes;
    this.#headersAt = headersAt;
    this.#headers = headersAt < 0 || bytes[headersAt] === 0 ? none : null;
  }

  /** In their order, decoded when somebody looks at them. */
  get headers(): Headers {
    this.#headers ??= readHeaders(this.#bytes, this.#headersAt);
    return this.#headers;
  }
}

/** The bytes were checked when their batch was opened. */
function readHeaders(bytes: Buffer, at: number): Headers {
  const reader = new ByteReader(bytes, at);
  const headers: Header[] = [];
  for (let left = reader.varInt(); left > 0; left--) {
    const rawName = slice(bytes, reader)!;
    const value = slice(bytes, reader);
    const name = rawName.toString('utf8');
    headers.push(isUtf8(rawName) ? {name, value} : {name, value, rawName});
  }
  return headers;
}

function slice(bytes: Buffer, reader: ByteReader): Buffer | null {
  const length = reader.varInt();
  if (length < 0) return null;
  const from = reader.pass(length);
  return bytes.subarray(from, from + length);
}
