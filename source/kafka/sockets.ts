import type {ISocketFactory} from 'kafkajs';
import createSocketFactory from 'kafkajs/src/network/socketFactory.js';
import {KnownServers} from './known-servers.ts';

/** By the socket factory, which each of KafkaJS's connections keeps: it tells which client a connection belongs to. */
const known = new WeakMap<object, KnownServers>();

/** KafkaJS's own sockets. */
export function socketsFor(servers: KnownServers): ISocketFactory {
  const create = createSocketFactory();
  const factory: ISocketFactory = options => create(options);
  known.set(factory, servers);
  return factory;
}

/** What the client of this connection knows; of none of ours: nothing. */
export function serversOf({socketFactory}: {readonly socketFactory: object}): KnownServers {
  return known.get(socketFactory) ?? new KnownServers();
}
