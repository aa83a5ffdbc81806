import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';

const fetchKey = 1;
const fetchVersion = 4;
const mebibyte = 1024 * 1024;

/** What the broker answered for one partition: batches as bytes, the last one cut off perhaps. */
export type FetchedRecords = {
  /** 0 is success. */
  readonly errorCode: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly records: Buffer;
};

/** Records of this producer from `firstOffset` to its abort marker do not count for a reader of committed records. */
export type AbortedTransaction = {readonly producerId: bigint; readonly firstOffset: bigint};

export type FetchLimits = {
  /** ms that the broker may wait until there is something. */
  readonly maxWait: number;
  /** ms after which the request is given up. */
  readonly requestTimeout?: number;
};

/**
 * One fetch of committed records of one partition from `offset` on, by no group and without decoding. KafkaJS's own
 * fetch drops what the headers of batches say, and so how far an answer without records reaches.
 */
export async function fetchRecords(
  broker: Broker,
  at: {topic: string; partition: number},
  offset: bigint,
  {maxWait, requestTimeout}: FetchLimits,
): Promise<FetchedRecords> {
  const answer = await broker.connectionPool.send({
    request: {
      apiKey: fetchKey,
      apiVersion: fetchVersion,
      apiName: 'Fetch',
      encode: async () => new Encoder().writeBuffer(encodeFetch(at, offset, maxWait)),
    },
    response: {decode: async payload => payload, parse: async data => data},
    ...(requestTimeout !== undefined && {requestTimeout}),
    logResponseError: false,
  });
  return decodeFetch(answer as Buffer);
}

function encodeFetch(at: {topic: string; partition: number}, offset: bigint, maxWait: number): Buffer {
  const name = Buffer.from(at.topic, 'utf8');
  const head = Buffer.alloc(4 + 4 + 4 + 4 + 1 + 4 + 2);
  head.writeInt32BE(-1, 0); // replica id: a consumer
  head.writeInt32BE(maxWait, 4);
  head.writeInt32BE(maxWait > 0 ? 1 : 0, 8); // min bytes
  head.writeInt32BE(mebibyte, 12); // max bytes; the first batch is given in any case
  head.writeInt8(1, 16); // read committed
  head.writeInt32BE(1, 17); // one topic
  head.writeInt16BE(name.length, 21);
  const tail = Buffer.alloc(4 + 4 + 8 + 4);
  tail.writeInt32BE(1, 0); // one partition
  tail.writeInt32BE(at.partition, 4);
  tail.writeBigInt64BE(offset, 8);
  tail.writeInt32BE(mebibyte, 16);
  return Buffer.concat([head, name, tail]);
}

/** The one partition in a Fetch response v4. */
function decodeFetch(payload: Buffer): FetchedRecords {
  let at = 4 + 4; // throttle time, one topic
  at += 2 + payload.readInt16BE(at); // its name
  at += 4 + 4; // one partition, its number
  const errorCode = payload.readInt16BE(at);
  at += 2 + 8 + 8; // error, high watermark, last stable offset
  const aborted: AbortedTransaction[] = [];
  let count = payload.readInt32BE(at);
  at += 4;
  for (; count > 0; count--) {
    aborted.push({producerId: payload.readBigInt64BE(at), firstOffset: payload.readBigInt64BE(at + 8)});
    at += 16;
  }
  const size = payload.readInt32BE(at);
  const records = errorCode === 0 && size > 0 ? payload.subarray(at + 4, at + 4 + size) : Buffer.alloc(0);
  return {errorCode, aborted, records};
}
