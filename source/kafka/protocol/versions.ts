import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';

/** A request that we write ourselves, and which of its versions we can. */
export type Api = {
  readonly key: number;
  readonly name: string;
  /** The oldest and the newest version that is written and read here. */
  readonly oldest: number;
  readonly newest: number;
  /** From this version on with compact types and tagged fields (KIP-482). */
  readonly flexibleFrom: number;
};

/** What a server offers of one API, as ApiVersions (KIP-35) says it. */
export type OfferedVersions = {readonly minVersion: number; readonly maxVersion: number};

/** The server does not offer an API in any version that we can write. Trying again does not help. */
export class NotOffered extends Error {
  override readonly name = 'NotOffered';
  readonly api: string;
  readonly broker: string;
  readonly retriable = false;

  constructor(broker: string, api: Omit<Api, 'flexibleFrom'>, offered: OfferedVersions | undefined) {
    const wanted = api.oldest === api.newest ? `${api.oldest}` : `${api.oldest} to ${api.newest}`;
    const offers = offered ? `it offers ${api.name} ${offered.minVersion} to ${offered.maxVersion}` : '';
    super(
      offers
        ? `The server does not offer ${api.name} in version ${wanted}: ${offers}`
        : `The server does not offer ${api.name}`,
    );
    this.api = api.name;
    this.broker = broker;
  }
}

/** The newest version that both the server and we know. Throws NotOffered where there is none. */
export function chooseVersion(
  broker: Pick<Broker, 'versions' | 'brokerAddress'>,
  api: Omit<Api, 'flexibleFrom'>,
): number {
  const offered = broker.versions?.[api.key];
  const version = newestOf(api, offered);
  if (version === null) throw new NotOffered(broker.brokerAddress, api, offered);
  return version;
}

/** The same for what was offered; null where nothing fits. */
export function newestOf(
  api: Pick<Api, 'oldest' | 'newest'>,
  offered: OfferedVersions | undefined,
): number | null {
  if (!offered) return null;
  const version = Math.min(api.newest, offered.maxVersion);
  return version >= Math.max(api.oldest, offered.minVersion) ? version : null;
}
