import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import {errorTypeOf, Refused} from './protocol/errors.ts';
import type {Reader} from './protocol/reader.ts';
import {type OwnRequest, send} from './protocol/send.ts';
import type {Api} from './protocol/versions.ts';

/** Batches as bytes, the last one cut off perhaps. */
export type FetchedRecords = {
  readonly aborted: readonly AbortedTransaction[];
  readonly records: Buffer;
};

/** What the broker answered for one partition. */
export type FetchedPartition = FetchedRecords & {
  /** `OFFSET_OUT_OF_RANGE` and the like; null: nothing is wrong. */
  readonly errorType: string | null;
  /** The partition's end. */
  readonly highWatermark: bigint;
};

/** Records of this producer from `firstOffset` to its abort marker do not count for a reader of committed records. */
export type AbortedTransaction = {readonly producerId: bigint; readonly firstOffset: bigint};

export type FetchLimits = {
  /** ms that the broker may wait until there is something. */
  readonly maxWait: number;
  /** Bytes of the whole answer; a first batch that is larger comes in any case. */
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
  /** ms after which the request is given up. */
  readonly requestTimeout?: number;
};

/** From 4 on with record batches and committed records; from 13 on topics have ids instead of names. */
export const fetchApi: Api = {key: 1, name: 'Fetch', oldest: 4, newest: 12, flexibleFrom: 12};

/**
 * One fetch of committed records from partitions of one topic, without decoding them. An error of one partition is that
 * partition's answer; rejects with Refused where the request as a whole is refused, or with the connection's error.
 */
export function fetchPartitions(
  broker: Broker,
  topic: string,
  wanted: readonly {readonly partition: number; readonly offset: bigint}[],
  limits: FetchLimits,
): Promise<ReadonlyMap<number, FetchedPartition>> {
  const request = fetchRequest(topic, wanted, limits);
  const {requestTimeout} = limits;
  return send(broker, {...request, ...(requestTimeout !== undefined && {requestTimeout})});
}

export function fetchRequest(
  topic: string,
  wanted: readonly {readonly partition: number; readonly offset: bigint}[],
  {maxWait, maxBytes, maxBytesPerPartition}: FetchLimits,
): OwnRequest<ReadonlyMap<number, FetchedPartition>> {
  return {
    api: fetchApi,
    write(writer, version) {
      writer.int32(-1); // replica id: a consumer
      writer.int32(maxWait);
      writer.int32(maxWait > 0 ? 1 : 0); // min bytes
      writer.int32(maxBytes);
      writer.int8(1); // read committed
      if (version >= 7) writer.int32(0).int32(-1); // no fetch session (KIP-227)
      writer.array([topic], name => {
        writer.string(name);
        writer.array([...wanted], ({partition, offset}) => {
          writer.int32(partition);
          if (version >= 9) writer.int32(-1); // leader epoch: not known
          writer.int64(offset);
          if (version >= 12) writer.int32(-1); // epoch of the last record: not known
          if (version >= 5) writer.int64(-1n); // log start offset: of followers only
          writer.int32(maxBytesPerPartition).tags();
        });
        writer.tags();
      });
      if (version >= 7) writer.array([], () => {}); // topics to forget
      if (version >= 11) writer.string(''); // rack: none, so that the leader answers
    },
    read(reader, version) {
      reader.int32(); // throttle time
      const refused = version >= 7 ? errorTypeOf(reader.int16()) : null;
      if (refused !== null) throw new Refused(refused, null);
      if (version >= 7) reader.int32(); // session
      const topics = reader.array(() => {
        reader.string();
        const partitions = reader.array(() => readPartition(reader, version));
        reader.tags();
        return partitions;
      });
      return new Map(topics.flat());
    },
  };
}

function readPartition(reader: Reader, version: number): [number, FetchedPartition] {
  const partition = reader.int32();
  const errorType = errorTypeOf(reader.int16());
  const highWatermark = reader.int64();
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
  return [partition, {errorType, highWatermark, aborted, records: errorType === null ? records : nothing}];
}

const nothing = Buffer.alloc(0);
