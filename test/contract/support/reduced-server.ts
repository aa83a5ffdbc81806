import {type Asked, startFrameProxy} from '../../support/frame-proxy.ts';

/** What a server offers of some APIs, by key: versions from, to; null: not at all. What is not named stays as it is. */
export type Offers = Readonly<Record<number, readonly [from: number, to: number] | null>>;

/**
 * Stands before a broker and plays a server that offers less: it rewrites what ApiVersions answers, and cuts the
 * connection at a request that was not offered, as servers do.
 */
export type ReducedServer = {
  /** What is offered from now on, to connections made from now on. */
  offer(offers: Offers): void;
  /** Requests that were sent though they were not offered, as `key v version`. */
  violations(): readonly string[];
  /** The newest version that was asked of an API since the last `offer`; −1: none. */
  newestAsked(key: number): number;
  close(): Promise<void>;
};

const apiVersions = 18;

/** Listens on `port`, and passes on to `target`, which has to name this port to its clients. */
export async function startReducedServer(target: number, port: number): Promise<ReducedServer> {
  let offers: Offers = {};
  let violations: string[] = [];
  let asked = new Map<number, number>();
  const meet = () => {
    const offered = offers;
    return {
      request(frame: Buffer, {apiKey, version}: Asked) {
        asked.set(apiKey, Math.max(version, asked.get(apiKey) ?? -1));
        if (isOffered(offered, apiKey, version)) return [frame];
        violations.push(`${apiKey} v${version}`);
        return null;
      },
      answer: (frame: Buffer, to: Asked | null) => [
        to?.apiKey === apiVersions ? reduced(frame, to.version, offered) : frame,
      ],
    };
  };
  const {close} = await startFrameProxy(`127.0.0.1:${target}`, meet, port);
  return {
    offer(now) {
      offers = now;
      violations = [];
      asked = new Map();
    },
    violations: () => violations,
    newestAsked: key => asked.get(key) ?? -1,
    close,
  };
}

function isOffered(offers: Offers, key: number, version: number): boolean {
  const offer = offers[key];
  if (offer === undefined) return true;
  return offer !== null && version >= offer[0] && version <= offer[1];
}

/** The same answer with fewer APIs and versions. Versions 0 to 2 of it, which KafkaJS asks in, are classic. */
function reduced(frame: Buffer, version: number, offers: Offers): Buffer {
  if (version > 2 || frame.readInt16BE(8) !== 0) return frame;
  const entries: Buffer[] = [];
  const count = frame.readInt32BE(10);
  for (let index = 0; index < count; index++) {
    const entry = Buffer.from(frame.subarray(14 + index * 6, 20 + index * 6));
    const offer = offers[entry.readInt16BE(0)];
    if (offer === null) continue;
    if (offer) {
      entry.writeInt16BE(Math.max(offer[0], entry.readInt16BE(2)), 2);
      entry.writeInt16BE(Math.min(offer[1], entry.readInt16BE(4)), 4);
    }
    entries.push(entry);
  }
  const head = Buffer.from(frame.subarray(0, 14));
  head.writeInt32BE(entries.length, 10);
  const whole = Buffer.concat([head, ...entries, frame.subarray(14 + count * 6)]);
  whole.writeInt32BE(whole.length - 4, 0);
  return whole;
}
