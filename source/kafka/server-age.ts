import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import type {KnownServers} from './known-servers.ts';
import type {OfferedVersions} from './protocol/versions.ts';

/** The oldest Apache Kafka that this tool is tried with: that of Kafka 4's own clients (KIP-896). */
export const oldestTried = '2.1';

/** Without these (Kafka 0.11) there are no record batches, and nothing of this tool works. */
const needed = [
  {key: 0, name: 'Produce', from: 3},
  {key: 1, name: 'Fetch', from: 4},
  {key: 3, name: 'Metadata', from: 4},
] as const;

/** A server that no function of this tool can work with. Trying again does not help. */
export class ServerTooOld extends Error {
  override readonly name = 'ServerTooOld';
  readonly retriable = false;
}

/**
 * Throws ServerTooOld where the server cannot be used at all; of one that is older than what this tool is tried with it
 * is said once.
 */
export function checkServer(
  {brokerAddress, versions}: Pick<Broker, 'brokerAddress' | 'versions'>,
  servers: KnownServers,
): void {
  if (!versions) return;
  const lacks = needed.filter(({key, from}) => (versions[key]?.maxVersion ?? -1) < from);
  if (lacks.length > 0) {
    const what = lacks.map(({name, from}) => `${name} ${from}`).join(', ');
    throw new ServerTooOld(
      `The server at ${brokerAddress} is too old for this tool: it does not offer ${what} (Kafka 0.11; the oldest that is tried is ${oldestTried})`,
    );
  }
  if (isOlderThanTried(versions))
    servers.sayOnce(
      `The server is older than Kafka ${oldestTried}, the oldest that this tool is tried with; what works there is luck.`,
    );
}

/**
 * Judged by ListOffsets 4 and Fetch 10, which came with 2.1, together: servers that are not Apache's may lack one of
 * them and are not old for that.
 */
export function isOlderThanTried(versions: Readonly<Record<number, OfferedVersions>>): boolean {
  return (versions[1]?.maxVersion ?? 0) < 10 && (versions[2]?.maxVersion ?? 0) < 4;
}
