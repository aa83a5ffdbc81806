import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';

const fetchKey = 1;
const fetchVersion = 4;

/**
 * How far the partition holds no record from `offset` on, as the next offset to read; `offset` itself where a record is
 * there, or where nothing can be said.
 *
 * The log cleaner keeps a batch whose records are all gone, to remember its producer. KafkaJS decodes it to nothing,
 * does not advance, and fetches the same offset for ever. So the batch headers are read here, without the records.
 */
export async function nextAfterEmptyBatches(
  broker: Broker,
  at: {topic: string; partition: number},
  offset: bigint,
): Promise<bigint> {
  const answer = await broker.connectionPool.send({
    request: {
      apiKey: fetchKey,
      apiVersion: fetchVersion,
      apiName: 'Fetch',
      encode: async () => new Encoder().writeBuffer(encodeFetch(at, offset)),
    },
    response: {decode: async payload => payload, parse: async data => data},
  });
  return skipEmptyBatches(recordsOf(answer as Buffer), offset);
}

function encodeFetch(at: {topic: string; partition: number}, offset: bigint): Buffer {
  const name = Buffer.from(at.topic, 'utf8');
  const head = Buffer.alloc(4 + 4 + 4 + 4 + 1 + 4 + 2);
  head.writeInt32BE(-1, 0); // replica id: a consumer
  head.writeInt32BE(0, 4); // max wait
  head.writeInt32BE(0, 8); // min bytes
  head.writeInt32BE(1024 * 1024, 12); // max bytes
  head.writeInt8(1, 16); // read committed
  head.writeInt32BE(1, 17); // one topic
  head.writeInt16BE(name.length, 21);
  const tail = Buffer.alloc(4 + 4 + 8 + 4);
  tail.writeInt32BE(1, 0); // one partition
  tail.writeInt32BE(at.partition, 4);
  tail.writeBigInt64BE(offset, 8);
  tail.writeInt32BE(1024 * 1024, 16);
  return Buffer.concat([head, name, tail]);
}

/** The record bytes of the one partition in a Fetch response v4. */
function recordsOf(payload: Buffer): Buffer {
  let at = 4 + 4; // throttle time, one topic
  at += 2 + payload.readInt16BE(at); // its name
  at += 4 + 4; // one partition, its number
  const errorCode = payload.readInt16BE(at);
  at += 2 + 8 + 8; // error, high watermark, last stable offset
  const aborted = payload.readInt32BE(at);
  at += 4 + Math.max(0, aborted) * 16;
  const size = payload.readInt32BE(at);
  return errorCode === 0 && size > 0 ? payload.subarray(at + 4, at + 4 + size) : Buffer.alloc(0);
}

/** Passes leading batches (format v2) that hold no record at or after `offset`. */
export function skipEmptyBatches(records: Buffer, offset: bigint): bigint {
  let next = offset;
  let at = 0;
  while (at + 61 <= records.length) {
    const baseOffset = records.readBigInt64BE(at);
    const length = records.readInt32BE(at + 8);
    const lastOffset = baseOffset + BigInt(records.readInt32BE(at + 23));
    const count = records.readInt32BE(at + 57);
    if (count > 0 && lastOffset >= offset) break;
    if (lastOffset >= next) next = lastOffset + 1n;
    at += 12 + length;
  }
  return next;
}
