import {connect} from 'node:net';
import type {Api} from '../../../source/broker/codec/api.ts';
import type {Draft, Fields, Value} from '../../../source/broker/codec/fields.ts';
import {Reader} from '../../../source/broker/codec/reader.ts';
import {Writer} from '../../../source/broker/codec/writer.ts';
import {frame} from './raw-client.ts';

/** A client that asks what a test wants it to ask, in the version that the test wants, and keeps no state of its own. */
export type Asking = {
  /** The answer's content; asked while another is awaited, it waits for its turn. */
  ask<Q extends Fields, A extends Fields>(
    api: Api<Q, A>,
    version: number,
    request: Draft<Value<Q>>,
  ): Promise<Value<A>>;
  close(): void;
};

export async function askingAt(bootstrap: string): Promise<Asking> {
  const [host, port] = bootstrap.split(',')[0]!.split(':');
  const socket = connect(Number(port), host);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let received = Buffer.alloc(0);
  let wake = () => {};
  let closed = false;
  socket.on('data', chunk => {
    received = Buffer.concat([received, chunk as Buffer]);
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    wake();
  });
  const whole = () => received.length >= 4 && received.length >= 4 + received.readInt32BE(0);
  let turn: Promise<unknown> = Promise.resolve();
  return {
    ask(api, version, request) {
      const answered = turn.then(() => one(api, version, request));
      turn = answered.catch(() => {});
      return answered;
    },
    close: () => socket.destroy(),
  };

  async function one<Q extends Fields, A extends Fields>(
    api: Api<Q, A>,
    version: number,
    request: Draft<Value<Q>>,
  ): Promise<Value<A>> {
    const writer = new Writer();
    api.writeRequest(writer, version, request);
    const flexible = api.isFlexible(version);
    socket.write(frame(api.key, version, Buffer.concat(writer.finish()), flexible));
    while (!whole()) {
      if (closed) throw new Error(`The broker hung up instead of answering ${api.name} ${version}.`);
      await new Promise<void>(resolve => {
        wake = resolve;
      });
    }
    const size = received.readInt32BE(0);
    const answer = Buffer.from(received.subarray(4, 4 + size));
    received = received.subarray(4 + size);
    const reader = new Reader(answer, 4);
    if (flexible && api.name !== 'ApiVersions') reader.skipTags();
    return api.readResponse(reader, version);
  }
}
