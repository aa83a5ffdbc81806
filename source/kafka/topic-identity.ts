import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';

const metadataKey = 3;
/** The first version that asks by name and answers topic ids (KIP-516); flexible since 9. */
const metadataVersion = 10;

/**
 * The id that the broker gave the topic when it was created, as hex, or null where there is no such topic. A topic that
 * was deleted and made again has another one. KafkaJS knows Metadata up to version 6, without ids, so the request is
 * written here.
 */
export async function topicIdentity(broker: Broker, topic: string): Promise<string | null> {
  const answer = await broker.connectionPool.send({
    request: {
      apiKey: metadataKey,
      apiVersion: metadataVersion,
      apiName: 'Metadata',
      encode: async () => new Encoder().writeBuffer(encodeMetadataRequest(topic)),
    },
    response: {decode: async payload => payload, parse: async data => data},
  });
  return decodeTopicId(answer as Buffer);
}

/** The request after client id: header v2's empty tagged fields, then Metadata v10 for one topic. */
export function encodeMetadataRequest(topic: string): Buffer {
  const name = Buffer.from(topic, 'utf8');
  return Buffer.concat([
    Buffer.from([0]), // header: no tagged fields
    Buffer.from([2]), // one topic, as a compact array
    Buffer.alloc(16), // topic id: none, by name
    unsignedVarInt(name.length + 1),
    name,
    Buffer.from([0]), // topic: no tagged fields
    Buffer.from([0]), // allow_auto_topic_creation: false
    Buffer.from([0, 0]), // no authorized operations of cluster and topic
    Buffer.from([0]), // no tagged fields
  ]);
}

/** Reads the one topic's id from Metadata response v10 (after the correlation id). */
export function decodeTopicId(payload: Buffer): string | null {
  const reader = new CompactReader(payload);
  reader.taggedFields(); // header v1
  reader.skip(4); // throttle time
  for (let brokers = reader.length(); brokers > 0; brokers--) {
    reader.skip(4); // node id
    reader.bytes(); // host
    reader.skip(4); // port
    reader.bytes(); // rack
    reader.taggedFields();
  }
  reader.bytes(); // cluster id
  reader.skip(4); // controller id
  if (reader.length() < 1) return null;
  const errorCode = reader.int16();
  reader.bytes(); // name
  const id = reader.take(16);
  return errorCode === 0 ? id.toString('hex') : null;
}

/** The few compact types of a flexible response (KIP-482) that the way to the topic id crosses. */
class CompactReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  int16(): number {
    const value = this.#buffer.readInt16BE(this.#at);
    this.#at += 2;
    return value;
  }

  take(bytes: number): Buffer {
    const taken = this.#buffer.subarray(this.#at, this.#at + bytes);
    this.#at += bytes;
    return taken;
  }

  /** Length of a compact array or string; −1 is null. */
  length(): number {
    return this.#varInt() - 1;
  }

  bytes(): void {
    this.skip(Math.max(0, this.length()));
  }

  taggedFields(): void {
    for (let fields = this.#varInt(); fields > 0; fields--) {
      this.#varInt(); // tag
      this.skip(this.#varInt());
    }
  }

  #varInt(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer.readUInt8(this.#at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }
}

function unsignedVarInt(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left & 0x7f) | 0x80);
    left >>>= 7;
  }
  bytes.push(left);
  return Buffer.from(bytes);
}
