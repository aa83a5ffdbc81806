import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import {Reader} from './reader.ts';
import {type Api, chooseVersion} from './versions.ts';
import {Writer} from './writer.ts';

/** One request of our own: what it says in each version, and how its answer is read. */
export type OwnRequest<Answer> = {
  readonly api: Api;
  write(writer: Writer, version: number): void;
  read(reader: Reader, version: number): Answer;
  /** ms after which the request is given up; left out, as KafkaJS is set up. */
  readonly requestTimeout?: number;
  /** Called just before the bytes are handed over: until then nothing can have reached the server. */
  onWriting?(): void;
};

/**
 * Sends a request of our own over KafkaJS's connection to this broker, in the newest version that both know. Rejects
 * with NotOffered before anything is sent, or with KafkaJS's error about the connection (a MalformedAnswer is its cause).
 */
export async function send<Answer>(broker: Broker, request: OwnRequest<Answer>): Promise<Answer> {
  const {api} = request;
  const version = chooseVersion(broker, api);
  return broker.connectionPool.send({
    request: {
      apiKey: api.key,
      apiVersion: version,
      apiName: api.name,
      pieces: () => writeRequest(request, version).toPieces(),
      ...(request.onWriting && {onWriting: request.onWriting}),
    },
    // Decoded here, where the connection is guarded against what is no answer.
    response: {
      decode: async payload => ({answer: decodeAnswer(request, payload, version)}),
      parse: async decoded => (decoded as {answer: Answer}).answer,
    },
    ...(request.requestTimeout !== undefined && {requestTimeout: request.requestTimeout}),
    logResponseError: false,
  }) as Promise<Answer>;
}

/** What follows the client id: request header v1 is written before, so that v2's empty tagged fields come first. */
export function writeRequest<Answer>({api, write}: OwnRequest<Answer>, version: number): Writer {
  const writer = new Writer(version >= api.flexibleFrom);
  writer.tags();
  write(writer, version);
  return writer.tags();
}

/** Reads what follows the correlation id: in a flexible version the tagged fields of response header v1 come first. */
export function decodeAnswer<Answer>(
  {api, read}: OwnRequest<Answer>,
  payload: Buffer,
  version: number,
): Answer {
  const reader = new Reader(payload, version >= api.flexibleFrom);
  reader.tags();
  return read(reader, version);
}
