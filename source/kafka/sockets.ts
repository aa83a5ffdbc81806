import type {ISocketFactory} from 'kafkajs';
import createSocketFactory from 'kafkajs/src/network/socketFactory.js';
import {KnownServers} from './known-servers.ts';

/** By the socket factory, which each of KafkaJS's connections keeps: it tells which client a connection belongs to. */
const known = new WeakMap<object, KnownServers>();

/** KafkaJS's own sockets, with a look at the first bytes of each answer. */
export function socketsFor(servers: KnownServers): ISocketFactory {
  const create = createSocketFactory();
  const factory: ISocketFactory = options => {
    const socket = create(options);
    socket.once('data', (bytes: Buffer) => {
      if (isKafka(bytes)) servers.greeted(`${options.host}:${options.port}`);
    });
    return socket;
  };
  known.set(factory, servers);
  return factory;
}

/** What the client of this connection knows; of none of ours: nothing. */
export function serversOf({socketFactory}: {readonly socketFactory: object}): KnownServers {
  return known.get(socketFactory) ?? new KnownServers();
}

const longestAnswer = 128 * 1024 * 1024;
const mostRequests = 1_000_000;

/** A length, and the number of a request, which KafkaJS counts from 0: neither is what HTTP or TLS begin with. */
function isKafka(bytes: Buffer): boolean {
  if (bytes.length < 8) return false;
  const [length, request] = [bytes.readInt32BE(0), bytes.readInt32BE(4)];
  return length >= 4 && length <= longestAnswer && request >= 0 && request < mostRequests;
}
