import {randomBytes} from 'node:crypto';
import {createServer, type Server, type Socket} from 'node:net';
import {type Clock, systemClock} from './clock.ts';
import type {Surroundings} from './connection.ts';
import {Connections} from './connections.ts';
import {Faults} from './faults.ts';
import {Groups} from './group/groups.ts';
import type {Defaults, State} from './handlers/handler.ts';
import {defaultLimits, type Limits} from './limits.ts';
import {Memory} from './log/memory.ts';
import {isInternal} from './topic-names.ts';
import {Topics} from './topics.ts';
import {finishIn} from './transactions/finish.ts';
import {Transactions} from './transactions/transactions.ts';

export type {ErrorName} from './errors.ts';
export type {FaultAt, FaultEffect, Faults} from './faults.ts';
export type {Defaults} from './handlers/handler.ts';
export type {Limits} from './limits.ts';

export type BrokerOptions = {
  /** 0 (default): a free one. */
  readonly port?: number;
  /** Where it listens; 127.0.0.1, so that only this machine reaches it. */
  readonly host?: string;
  /** What clients are told to connect to, where that is not where it listens (a proxy). */
  readonly advertised?: {readonly host: string; readonly port: number};
  readonly limits?: Partial<Limits>;
  readonly defaults?: Partial<Defaults>;
  readonly faults?: Faults;
  readonly clock?: Clock;
};

export type EmbeddedBroker = {
  readonly host: string;
  readonly port: number;
  /** `host:port` */
  readonly bootstrap: string;
  readonly faults: Faults;
  /** Names of the topics, but for Kafka's own. */
  topics(): string[];
  /** What they hold, in bytes of memory. */
  retainedBytes(): number;
  connections(): number;
  /** As when the process is killed: nobody can connect, who is connected is cut off. The data stays. */
  stopListening(): Promise<void>;
  /** Listens again on the same port. */
  listen(): Promise<void>;
  /** Cuts off who is connected. */
  cutConnections(): void;
  /** The end, with all that it held. */
  stop(): Promise<void>;
};

const kafkaDefaults: Defaults = {
  partitions: 1,
  autoCreateTopics: false,
  groupInitialDelay: 0,
  retentionCheckInterval: 5000,
  topicConfig: {},
};

const firstProducerId = 1000n;

/**
 * Starts a small broker inside this process, which speaks Kafka's protocol on a port. It is one node, keeps all in memory,
 * and is no Apache Kafka: its data ends with it. Rejects with the system's error when the port is taken.
 */
export async function startBroker(options: BrokerOptions = {}): Promise<EmbeddedBroker> {
  const limits = {...defaultLimits, ...options.limits};
  const defaults = {...kafkaDefaults, ...options.defaults};
  const clock = options.clock ?? systemClock;
  const faults = options.faults ?? new Faults();
  const host = options.host ?? '127.0.0.1';
  let producerId = firstProducerId;
  let port = options.port ?? 0;
  const topics = new Topics(clock, limits, new Map(Object.entries(defaults.topicConfig)));
  const groups = new Groups(clock, limits, defaults.groupInitialDelay);
  const nextProducerId = () => producerId++;
  const finish = finishIn(topics, groups);
  const state: State = {
    topics,
    groups,
    transactions: new Transactions(limits, {clock, nextProducerId, finish}),
    clock,
    clusterId: randomBytes(16).toString('base64url'),
    defaults,
    nextProducerId,
  };
  const surroundings: Surroundings = {
    state,
    faults,
    limits,
    incoming: new Memory(limits.incoming),
    address: socket => options.advertised ?? {host: reachable(host, socket), port},
  };
  const connections = new Connections(surroundings);
  let server: Server | null = null;
  const listen = async () => {
    server ??= await listenOn(host, port, socket => connections.accept(socket));
    port = (server.address() as {port: number}).port;
  };
  const stopListening = async () => {
    const closing = server;
    server = null;
    const closed = new Promise<void>(resolve => (closing ? closing.close(() => resolve()) : resolve()));
    connections.cutAll();
    await closed;
  };
  await listen();
  const retention = setInterval(() => state.topics.retain(), defaults.retentionCheckInterval);
  retention.unref();
  return {
    host,
    port,
    bootstrap: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    faults,
    topics: () =>
      state.topics
        .all()
        .map(({name}) => name)
        .filter(name => !isInternal(name)),
    retainedBytes: () => state.topics.memory.used,
    connections: () => connections.count,
    stopListening,
    listen,
    cutConnections: () => connections.cutAll(),
    async stop() {
      clearInterval(retention);
      faults.clear();
      await stopListening();
      state.transactions.close();
      state.groups.close();
      for (const topic of state.topics.all()) state.topics.delete(topic);
    },
  };
}

/** On all addresses: the one that this client came to is one that it can reach. */
function reachable(host: string, socket: Socket): string {
  if (host !== '0.0.0.0' && host !== '::') return host;
  return (socket.localAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
}

function listenOn(host: string, port: number, accept: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(accept);
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      server.on('error', () => {});
      resolve(server);
    });
  });
}
