import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import kafkaErrors from 'kafkajs/src/protocol/error.js';
import type {Draft} from '../flow/delivery.ts';
import {encodeRecordBatch} from './record-batch.ts';

/** What came back for one partition's batch. */
export type ProduceAnswer = {
  /** 0 is success. */
  readonly errorCode: number;
  /** `MESSAGE_TOO_LARGE` and the like; empty on success. */
  readonly errorType: string;
  readonly baseOffset: bigint;
  /** The broker's time for a topic with LogAppendTime, else −1. */
  readonly logAppendTime: number;
};

export type ProduceTry = {
  /** Whether the request may have reached the socket: before that, nothing can have been appended. */
  readonly written: () => boolean;
  readonly answer: Promise<ProduceAnswer>;
};

const produceKey = 0;
const produceVersion = 7;

/**
 * Sends one batch to the leader of its partition, acks=all, once. `requestTimeout` (ms) is how long an answer is still
 * listened for; `brokerTimeout` how long the broker may wait for its replicas.
 */
export function produce(
  broker: Broker,
  at: {topic: string; partition: number},
  drafts: readonly Draft[],
  now: number,
  timeouts: {requestTimeout: number; brokerTimeout: number},
): ProduceTry {
  let written = false;
  const answer = broker.connectionPool.send({
    request: {
      apiKey: produceKey,
      apiVersion: produceVersion,
      apiName: 'Produce',
      encode: async () => {
        const encoded = new Encoder().writeBuffer(encodeProduce(at, drafts, now, timeouts.brokerTimeout));
        written = true;
        return encoded;
      },
    },
    response: {decode: async payload => decodeProduce(payload), parse: async data => data},
    requestTimeout: timeouts.requestTimeout,
    logResponseError: false,
  });
  return {written: () => written, answer: answer as Promise<ProduceAnswer>};
}

function encodeProduce(
  at: {topic: string; partition: number},
  drafts: readonly Draft[],
  now: number,
  brokerTimeout: number,
): Buffer {
  const name = Buffer.from(at.topic, 'utf8');
  const batch = encodeRecordBatch(drafts, now);
  const head = Buffer.alloc(2 + 2 + 4 + 4 + 2 + name.length + 4 + 4 + 4);
  let position = head.writeInt16BE(-1, 0); // no transaction
  position = head.writeInt16BE(-1, position); // acks=all
  position = head.writeInt32BE(brokerTimeout, position);
  position = head.writeInt32BE(1, position); // one topic
  position = head.writeInt16BE(name.length, position);
  position += name.copy(head, position);
  position = head.writeInt32BE(1, position); // one partition
  position = head.writeInt32BE(at.partition, position);
  head.writeInt32BE(batch.length, position);
  return Buffer.concat([head, batch]);
}

function decodeProduce(payload: Buffer): ProduceAnswer {
  const topics = payload.readInt32BE(0);
  const nameLength = topics > 0 ? payload.readInt16BE(4) : 0;
  const partitions = topics > 0 ? payload.readInt32BE(6 + nameLength) : 0;
  if (partitions < 1)
    throw new Error('The broker answered a publish without an acknowledgement for its partition');
  const at = 6 + nameLength + 4 + 4;
  const errorCode = payload.readInt16BE(at);
  return {
    errorCode,
    errorType: errorCode === 0 ? '' : kafkaErrors.createErrorFromCode(errorCode).type,
    baseOffset: payload.readBigInt64BE(at + 2),
    logAppendTime: Number(payload.readBigInt64BE(at + 10)),
  };
}
