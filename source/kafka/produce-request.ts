import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import {errorTypeOf} from './protocol/errors.ts';
import {MalformedAnswer, type Reader} from './protocol/reader.ts';
import {type OwnRequest, send} from './protocol/send.ts';
import type {Api} from './protocol/versions.ts';

/** What came back for one partition's batch. */
export type ProduceAnswer = {
  /** `MESSAGE_TOO_LARGE` and the like; null: appended. */
  readonly errorType: string | null;
  /** What the broker says beside an error (from version 8 on); null: nothing. */
  readonly reason: string | null;
  /** What is wrong with single records, by their place in the batch, where the broker says it. */
  readonly wrongRecords: ReadonlyMap<number, string | null>;
  readonly baseOffset: bigint;
  /** The broker's time for a topic with LogAppendTime, else −1. */
  readonly logAppendTime: number;
};

export type ProduceTry = {
  /** Whether the request may have reached the socket: before that, nothing can have been appended. */
  readonly written: () => boolean;
  readonly answer: Promise<ProduceAnswer>;
};

/** From 3 on with record batches (message format v2); from 8 on with the broker's own words for an error (KIP-467). */
export const produceApi: Api = {key: 0, name: 'Produce', oldest: 3, newest: 9, flexibleFrom: 9};

/**
 * Sends one sealed record batch to the leader of its partition, acks=all, once. `requestTimeout` (ms) is how long an answer is still
 * listened for; `brokerTimeout` how long the broker may wait for its replicas.
 */
export function produce(
  broker: Broker,
  at: {topic: string; partition: number},
  batch: Buffer,
  timeouts: {requestTimeout: number; brokerTimeout: number},
): ProduceTry {
  let written = false;
  const request = produceRequest(at, batch, timeouts.brokerTimeout);
  const answer = send(broker, {
    ...request,
    requestTimeout: timeouts.requestTimeout,
    onWriting: () => {
      written = true;
    },
  });
  return {written: () => written, answer};
}

export function produceRequest(
  at: {topic: string; partition: number},
  batch: Buffer,
  brokerTimeout: number,
): OwnRequest<ProduceAnswer> {
  return {
    api: produceApi,
    write(writer) {
      writer.nullableString(null); // no transaction
      writer.int16(-1); // acks=all
      writer.int32(brokerTimeout);
      writer.array([at.topic], topic => {
        writer.string(topic);
        writer.array([at.partition], partition => {
          writer.int32(partition).bytes(batch).tags();
        });
        writer.tags();
      });
    },
    read(reader, version) {
      const topics = reader.array(() => {
        reader.string();
        const partitions = reader.array(() => readPartition(reader, version));
        reader.tags();
        return partitions;
      });
      const [answer] = topics.flat();
      if (!answer)
        throw new MalformedAnswer('the answer to a publish has no acknowledgement for its partition');
      return answer;
    },
  };
}

function readPartition(reader: Reader, version: number): ProduceAnswer {
  reader.int32(); // partition
  const errorType = errorTypeOf(reader.int16());
  const baseOffset = reader.int64();
  const logAppendTime = Number(reader.int64());
  if (version >= 5) reader.int64(); // log start offset
  const wrongRecords = new Map<number, string | null>();
  let reason: string | null = null;
  if (version >= 8) {
    reader.array(() => {
      wrongRecords.set(reader.int32(), reader.nullableString());
      reader.tags();
    });
    reason = reader.nullableString();
  }
  reader.tags();
  return {errorType, reason, wrongRecords, baseOffset, logAppendTime};
}
