import type {Api} from '../../../source/broker/codec/api.ts';
import type {Draft, Fields, Value} from '../../../source/broker/codec/fields.ts';
import {Reader} from '../../../source/broker/codec/reader.ts';
import {Writer} from '../../../source/broker/codec/writer.ts';
import {frame, open} from './raw-client.ts';

/**
 * Sends one request of the message table to any broker (`host:port`) and answers its response, so that the same question can
 * be put to two brokers. Rejects when the broker hangs up.
 */
export async function ask<Q extends Fields, A extends Fields>(
  bootstrap: string,
  api: Api<Q, A>,
  version: number,
  request: Draft<Value<Q>>,
): Promise<Value<A>> {
  const port = Number(bootstrap.split(',')[0]!.split(':').at(-1));
  const {socket, next} = await open(port);
  try {
    const writer = new Writer();
    api.writeRequest(writer, version, request);
    socket.write(frame(api.key, version, Buffer.concat(writer.finish()), api.isFlexible(version)));
    let bytes = Buffer.alloc(0);
    while (bytes.length < 4 || bytes.length < 4 + bytes.readInt32BE(0)) {
      const more = await next();
      if (!more) throw new Error(`${bootstrap} hung up at ${api.name} ${version}.`);
      bytes = Buffer.concat([bytes, more]);
    }
    const reader = new Reader(bytes, 8);
    // ApiVersions alone keeps the old header.
    if (api.isFlexible(version) && api.key !== 18) reader.skipTags();
    return api.readResponse(reader, version);
  } finally {
    socket.destroy();
  }
}
