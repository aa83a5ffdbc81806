import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import {errorTypeOf} from './errors.ts';
import {type OwnRequest, send} from './send.ts';
import type {Api} from './versions.ts';

/** ms since 1970, or one of these. */
export const earliest = -2;
export const latest = -1;

export type ListedOffset = {
  readonly partition: number;
  /** null: nothing is wrong. */
  readonly errorType: string | null;
  /** −1: no record is that new. */
  readonly offset: bigint;
};

export const listOffsetsApi: Api = {key: 2, name: 'ListOffsets', oldest: 2, newest: 6, flexibleFrom: 6};

/**
 * Offsets of partitions that this broker leads, for a reader of committed records: the first record at or after `time`,
 * or the first that is retained, or the end.
 */
export function listOffsets(
  broker: Broker,
  topic: string,
  partitions: readonly number[],
  time: number,
): Promise<readonly ListedOffset[]> {
  return send(broker, listOffsetsRequest(topic, partitions, time));
}

export function listOffsetsRequest(
  topic: string,
  partitions: readonly number[],
  time: number,
): OwnRequest<readonly ListedOffset[]> {
  return {
    api: listOffsetsApi,
    write(writer, version) {
      writer.int32(-1); // replica: a consumer
      writer.int8(1); // read committed
      writer.array([topic], name => {
        writer.string(name);
        writer.array(partitions, partition => {
          writer.int32(partition);
          if (version >= 4) writer.int32(-1); // leader epoch: not known
          writer.int64(BigInt(time)).tags();
        });
        writer.tags();
      });
    },
    read(reader, version) {
      reader.int32(); // throttle time
      const topics = reader.array(() => {
        reader.string();
        const found = reader.array(() => {
          const partition = reader.int32();
          const errorType = errorTypeOf(reader.int16());
          reader.int64(); // timestamp
          const offset = reader.int64();
          if (version >= 4) reader.int32(); // leader epoch
          reader.tags();
          return {partition, errorType, offset};
        });
        reader.tags();
        return found;
      });
      return topics.flat();
    },
  };
}
