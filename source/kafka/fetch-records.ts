import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import {errorTypeOf} from './protocol/errors.ts';
import {MalformedAnswer, type Reader} from './protocol/reader.ts';
import {type OwnRequest, send} from './protocol/send.ts';
import type {Api} from './protocol/versions.ts';

const mebibyte = 1024 * 1024;

/** What the broker answered for one partition: batches as bytes, the last one cut off perhaps. */
export type FetchedRecords = {
  /** `OFFSET_OUT_OF_RANGE` and the like; null: nothing is wrong. */
  readonly errorType: string | null;
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

/** From 4 on with record batches and committed records; from 13 on topics have ids instead of names. */
export const fetchApi: Api = {key: 1, name: 'Fetch', oldest: 4, newest: 12, flexibleFrom: 12};

/**
 * One fetch of committed records of one partition from `offset` on, by no group and without decoding. KafkaJS's own
 * fetch drops what the headers of batches say, and so how far an answer without records reaches.
 */
export function fetchRecords(
  broker: Broker,
  at: {topic: string; partition: number},
  offset: bigint,
  {maxWait, requestTimeout}: FetchLimits,
): Promise<FetchedRecords> {
  const request = fetchRequest(at, offset, maxWait);
  return send(broker, {...request, ...(requestTimeout !== undefined && {requestTimeout})});
}

export function fetchRequest(
  at: {topic: string; partition: number},
  offset: bigint,
  maxWait: number,
): OwnRequest<FetchedRecords> {
  return {
    api: fetchApi,
    write(writer, version) {
      writer.int32(-1); // replica id: a consumer
      writer.int32(maxWait);
      writer.int32(maxWait > 0 ? 1 : 0); // min bytes
      writer.int32(mebibyte); // max bytes; the first batch is given in any case
      writer.int8(1); // read committed
      if (version >= 7) writer.int32(0).int32(-1); // no fetch session (KIP-227)
      writer.array([at.topic], topic => {
        writer.string(topic);
        writer.array([at.partition], partition => {
          writer.int32(partition);
          if (version >= 9) writer.int32(-1); // leader epoch: not known
          writer.int64(offset);
          if (version >= 12) writer.int32(-1); // epoch of the last record: not known
          if (version >= 5) writer.int64(-1n); // log start offset: of followers only
          writer.int32(mebibyte).tags();
        });
        writer.tags();
      });
      if (version >= 7) writer.array([], () => {}); // topics to forget
      if (version >= 11) writer.string(''); // rack: none, so that the leader answers
    },
    read(reader, version) {
      reader.int32(); // throttle time
      const refused = version >= 7 ? errorTypeOf(reader.int16()) : null;
      if (refused !== null) return {errorType: refused, aborted: [], records: Buffer.alloc(0)};
      if (version >= 7) reader.int32(); // session
      const topics = reader.array(() => {
        reader.string();
        const partitions = reader.array(() => readPartition(reader, version));
        reader.tags();
        return partitions;
      });
      const [answer] = topics.flat();
      if (!answer) throw new MalformedAnswer('the answer to a fetch is without its partition');
      return answer;
    },
  };
}

function readPartition(reader: Reader, version: number): FetchedRecords {
  reader.int32(); // partition
  const errorType = errorTypeOf(reader.int16());
  reader.int64(); // high watermark
  reader.int64(); // last stable offset
  if (version >= 5) reader.int64(); // log start offset
  const aborted = reader.array(() => {
    const transaction = {producerId: reader.int64(), firstOffset: reader.int64()};
    reader.tags();
    return transaction;
  });
  if (version >= 11) reader.int32(); // preferred read replica
  const records = reader.bytes();
  reader.tags();
  return {errorType, aborted, records: errorType === null ? records : Buffer.alloc(0)};
}
