import {isUtf8} from 'node:buffer';
import type {Headers, HeaderValue} from '../../flow/message.ts';
import type {PackedRun} from './protocol.ts';

/** What `processMessage` is given. */
export type HandlerMessage = {
  readonly topic: string;
  readonly partition: number;
  /** Use topic, partition and offset as an idempotency key: a message can come again. */
  readonly offset: string;
  /** ms since 1970. */
  readonly timestamp: number;
  /** Text where it is UTF-8, else the bytes. */
  readonly key: string | Buffer | null;
  /** The decoded JSON; null for a tombstone. */
  readonly value: unknown;
  /** The bytes as they came; null for a tombstone. */
  readonly raw: Buffer | null;
  /** Text where it is UTF-8, else the bytes; a list where a name is repeated. */
  readonly headers: Readonly<Record<string, HandlerHeader | readonly HandlerHeader[]>>;
};

export type HandlerHeader = string | Buffer | null;

export type HandlerContext = {
  /** From 1. */
  readonly attempt: number;
  /** Aborted when nobody waits for the result any more. */
  readonly signal: AbortSignal;
  /** Kept with the attempt, as console.log is. */
  log(...values: unknown[]): void;
};

/** The message that KafkaJS gives to `eachMessage` and `eachBatch`. */
export type KafkaJsMessage = {
  readonly magicByte: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | Buffer[] | undefined>;
  readonly isControlRecord: false;
};

/** Message `index` of a run as KafkaJS has those of record batches: they have no `size`. To be called in order. */
export function kafkaJsMessage(run: PackedRun, reader: RunReader, index: number): KafkaJsMessage {
  const {key, value} = reader.next(index);
  return {
    magicByte: 2,
    attributes: 0,
    timestamp: String(run.timestamps[index]!),
    offset: run.offsets[index]!.toString(),
    key,
    value,
    headers: kafkaJsHeaders(reader.headers(index)),
    isControlRecord: false,
  };
}

/** Reads a packed run message by message. */
export class RunReader {
  readonly #run: PackedRun;
  readonly #bytes: Buffer;
  #at = 0;

  constructor(run: PackedRun) {
    this.#run = run;
    this.#bytes = Buffer.from(run.bytes.buffer, run.bytes.byteOffset, run.bytes.length);
  }

  /** The bytes of message `index`; to be called in order, once each. */
  next(index: number): {key: Buffer | null; value: Buffer | null} {
    return {
      key: this.#take(this.#run.keyLengths[index]!),
      value: this.#take(this.#run.valueLengths[index]!),
    };
  }

  headers(index: number): Headers {
    return this.#run.headers?.[index] ?? {};
  }

  #take(length: number): Buffer | null {
    if (length < 0) return null;
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }
}

export function textOrBytes(bytes: Uint8Array | null): string | Buffer | null {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return isUtf8(buffer) ? buffer.toString('utf8') : buffer;
}

export function readableHeaders(headers: Headers): HandlerMessage['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value)
        ? (value as readonly HeaderValue[]).map(textOrBytes)
        : textOrBytes(value as HeaderValue),
    ]),
  );
}

/** Structured cloning made plain byte arrays of the buffers; KafkaJS gives buffers. */
export function kafkaJsHeaders(headers: Headers): KafkaJsMessage['headers'] {
  const buffer = (value: HeaderValue) => (value === null ? (null as unknown as Buffer) : Buffer.from(value));
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? (value as readonly HeaderValue[]).map(buffer) : buffer(value as HeaderValue),
    ]),
  );
}
