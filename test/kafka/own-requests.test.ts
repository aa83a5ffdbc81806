import Connection from 'kafkajs/src/network/connection.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import createRequest from 'kafkajs/src/protocol/request.js';
import {beforeAll, describe, expect, it} from 'vitest';
import {patchKafkaJS} from '../../source/kafka/kafkajs-patches.ts';
import {Writer} from '../../source/kafka/protocol/writer.ts';

/** A connection that notes what is written, and answers at once. */
function connectionThatAnswers(payload: Buffer) {
  const written: Buffer[] = [];
  const told: string[] = [];
  const connection = Object.assign(Object.create(Connection.prototype), {
    host: '127.0.0.1',
    port: 9092,
    clientId: 'kafka-notify',
    socketFactory: {},
    isAuthenticated: () => true,
    failIfNotConnected() {},
    nextCorrelationId: () => 258,
    socket: {
      cork: () => told.push('corked'),
      uncork: () => told.push('uncorked'),
      write: (bytes: Buffer) => written.push(bytes),
    },
    requestQueue: {
      push({entry, sendRequest}: {entry: {resolve(answer: object): void}; sendRequest(): void}) {
        sendRequest();
        entry.resolve({payload});
      },
    },
  }) as Connection;
  return {connection, written, told};
}

describe('a request of our own', () => {
  beforeAll(patchKafkaJS);

  it('goes out as KafkaJS would write it, together, its large parts uncopied', async () => {
    const batch = Buffer.alloc(300_000, 'batch');
    const writer = new Writer(false).int16(-1).string('notifications').bytes(batch).int32(7);
    const {connection, written, told} = connectionThatAnswers(Buffer.from('answer'));
    const answer = await connection.send({
      request: {
        apiKey: 0,
        apiVersion: 8,
        apiName: 'Produce',
        pieces: () => writer.toPieces(),
        onWriting: () => told.push('writing'),
      },
      response: {decode: async bytes => bytes.toString(), parse: async text => `parsed ${text}`},
    });
    expect(answer).toBe('parsed answer');
    expect(told).toEqual(['writing', 'corked', 'uncorked']);
    expect(written).toContain(batch);
    const encoder = new Encoder(0);
    encoder.buf = writer.toBuffer();
    encoder.offset = encoder.buf.length;
    const request = {apiKey: 0, apiVersion: 8, encode: async () => encoder};
    const theirs = await createRequest({correlationId: 258, clientId: 'kafka-notify', request});
    expect(Buffer.concat(written).equals(theirs.buffer)).toBe(true);
  });
});
