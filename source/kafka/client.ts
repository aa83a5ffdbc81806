import kafkajs, {type Kafka, type KafkaConfig, type LogEntry, logLevel} from 'kafkajs';
import type {Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import {patchKafkaJS} from './kafkajs-patches.ts';
import {KnownServers} from './known-servers.ts';
import {defaultLimits, type RecordLimits} from './records/record-cursor.ts';
import {socketsFor} from './sockets.ts';

export type LogLine = {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  /** KafkaJS's part: `Connection`, `Consumer`, … */
  readonly from: string;
  readonly text: string;
};

export type ConnectionSettings = {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
  /** Bytes that one batch may have when it is unpacked; left out: 64 MiB. */
  readonly unpackedLimit?: number;
  /** KafkaJS's own words; never the console, which would tear the screen. */
  onLog?(line: LogLine): void;
  /** What a person should know of the server once, as a sentence: that it is old, or lacks something. */
  onNotice?(sentence: string): void;
};

/** One set of brokers, as the rest of `kafka/` uses it. Nothing is connected yet. */
export type KafkaClient = {
  readonly kafka: Kafka;
  readonly brokers: readonly string[];
  /** Connections speak TLS. */
  readonly speaksTls: boolean;
  /** What was learned of the servers so far. */
  readonly servers: KnownServers;
  readonly recordLimits: RecordLimits;
  /** A connection pool of its own for requests that KafkaJS's public interface does not make. */
  newCluster(): Cluster;
};

/** How this program's connections name themselves; by it members of a group are known as ours. */
export const ourClientId = 'kafka-notify';

let prepared = false;

export function createClient(settings: ConnectionSettings): KafkaClient {
  prepare();
  const servers = new KnownServers(settings.onNotice);
  const kafka = new kafkajs.Kafka({
    brokers: [...settings.brokers],
    clientId: settings.clientId ?? ourClientId,
    ...(settings.ssl !== undefined && {ssl: settings.ssl}),
    ...(settings.sasl !== undefined && {sasl: settings.sasl}),
    socketFactory: socketsFor(servers),
    // A second is short for a first TLS handshake across a slow line.
    connectionTimeout: 5000,
    requestTimeout: 10_000,
    retry: {initialRetryTime: 200, retries: 3, maxRetryTime: 2000},
    logLevel: logLevel.WARN,
    logCreator: () => entry => settings.onLog?.(toLogLine(entry)),
  });
  return {
    kafka,
    brokers: settings.brokers,
    speaksTls: settings.ssl !== undefined && settings.ssl !== false,
    servers,
    recordLimits: settings.unpackedLimit === undefined ? defaultLimits : {unpacked: settings.unpackedLimit},
    newCluster: () => newCluster(kafka),
  };
}

/** What the process needs once, before KafkaJS is used. */
function prepare(): void {
  if (prepared) return;
  prepared = true;
  patchKafkaJS();
}

/** KafkaJS keeps its cluster factory behind a symbol; see `kafkajs-internals.d.ts` for why it is needed. */
function newCluster(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    each => each.description === 'private:Kafka:createCluster',
  );
  const factories = kafka as unknown as Record<symbol, (options: object) => Cluster>;
  return factories[symbol!]!({metadataMaxAge: 30_000, allowAutoTopicCreation: false});
}

function toLogLine({level, namespace, log}: LogEntry): LogLine {
  const names: Record<number, LogLine['level']> = {
    [logLevel.ERROR]: 'error',
    [logLevel.WARN]: 'warn',
    [logLevel.INFO]: 'info',
  };
  const {message, error, broker} = log as {message: string; error?: unknown; broker?: string};
  const details = [broker, error && String(error)].filter(Boolean).join(': ');
  return {
    level: names[level] ?? 'debug',
    from: namespace,
    text: details ? `${message} (${details})` : message,
  };
}

/** `host:port,host:port` as a list. Throws an Error with a sentence for the person where it is not. */
export function parseBrokers(text: string): string[] {
  const entries = text
    .split(',')
    .map(each => each.trim())
    .filter(Boolean);
  if (entries.length === 0)
    throw new Error('No broker is named; give host:port, or several separated by commas.');
  for (const entry of entries) {
    const port = Number(/^(?:\[[0-9a-fA-F:.]+\]|[^\s:/@]+):(\d{1,5})$/.exec(entry)?.[1] ?? 0);
    if (port < 1 || port > 65_535) {
      // Before an @ there may be a password.
      const given = text.includes('@') ? 'That' : `"${entry}"`;
      throw new Error(
        `${given} is not a broker's address; it takes the form host:port, such as localhost:9092.`,
      );
    }
  }
  return entries;
}
