import {isUtf8} from 'node:buffer';
import type {Header, Headers} from '../../flow/message.ts';
import {headersByName} from '../../payload/header-shapes.ts';
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
  /** By name: text where it is UTF-8, else the bytes; a list where a name is repeated. It has no prototype. */
  readonly headers: Readonly<Record<string, HandlerHeader | readonly HandlerHeader[]>>;
  /** The same one by one, in the order in which they stand in the record. */
  readonly headerList: readonly {readonly name: string; readonly value: HandlerHeader}[];
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
  /** It has no prototype, so that a header named `constructor` is one, and none that was not sent is there. */
  readonly headers: Record<string, Buffer | Buffer[] | undefined>;
  readonly isControlRecord: false;
};

/** Message `index` of a run as KafkaJS has those of record batches: they have no `size`. To be called in order. */
export function kafkaJsMessage(run: PackedRun, reader: RunReader, index: number): KafkaJsMessage {
  const {key, value, headers} = reader.next(index);
  return {
    magicByte: 2,
    attributes: 0,
    timestamp: String(run.timestamps[index]!),
    offset: run.offsets[index]!.toString(),
    key,
    value,
    headers: kafkaJsHeaders(headers),
    isControlRecord: false,
  };
}

/** Reads a packed run message by message, each once and in order: its key and value, then its headers. */
export class RunReader {
  readonly #run: PackedRun;
  readonly #bytes: Buffer;
  #at = 0;
  #header = 0;

  constructor(run: PackedRun) {
    this.#run = run;
    this.#bytes = Buffer.from(run.bytes.buffer, run.bytes.byteOffset, run.bytes.length);
  }

  next(index: number): {key: Buffer | null; value: Buffer | null; headers: Headers} {
    const key = this.#take(this.#run.keyLengths[index]!);
    const value = this.#take(this.#run.valueLengths[index]!);
    return {key, value, headers: this.#takeHeaders(this.#run.headers?.counts[index] ?? 0)};
  }

  #takeHeaders(count: number): Headers {
    const headers: Header[] = [];
    for (let left = count; left > 0; left--) {
      const {lengths} = this.#run.headers!;
      const rawName = this.#take(lengths[this.#header++]!)!;
      const value = this.#take(lengths[this.#header++]!);
      const name = rawName.toString('utf8');
      headers.push(isUtf8(rawName) ? {name, value} : {name, value, rawName});
    }
    return headers;
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

/** KafkaJS gives null values too, though its types do not say so. */
function kafkaJsHeaders(headers: Headers): KafkaJsMessage['headers'] {
  return headersByName(headers, value => value as Buffer);
}
