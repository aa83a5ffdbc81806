import type {NodeMetadata} from './protocol/metadata.ts';

/**
 * What one client has learned of the servers behind its addresses in its life. An error is judged by it: a port that
 * has answered in Kafka's protocol is a Kafka broker also when it cuts the next connection.
 */
export class KnownServers {
  readonly #greeted = new Set<string>();
  readonly #spoke = new Set<string>();
  #nodes: ReadonlyMap<string, number> = new Map();
  readonly #said = new Set<string>();
  readonly #say: (sentence: string) => void;

  /** `say` hears what a person should know of a server, each sentence once. */
  constructor(say: (sentence: string) => void = () => {}) {
    this.#say = say;
  }

  /** It has answered in Kafka's protocol at all, as a broker that wants SASL does too. Addresses are `host:port`. */
  greeted(address: string): void {
    this.#greeted.add(address);
  }

  hasGreeted(address: string): boolean {
    return this.#greeted.has(address);
  }

  /** It has answered a request that is answered only to those whom it serves. */
  spoke(address: string): void {
    this.#spoke.add(address);
  }

  hasSpoken(address: string): boolean {
    return this.#spoke.has(address);
  }

  /** The cluster's nodes, as one of them names them now. */
  listed(nodes: readonly NodeMetadata[]): void {
    this.#nodes = new Map(nodes.map(({node, host, port}) => [`${host}:${port}`, node]));
  }

  /**
   * The node behind an address that the cluster lists, where another node has been reached under the name that it gives
   * itself: then names are in order, and this node is away. null: that cannot be said.
   */
  nodeOf(address: string): number | null {
    const node = this.#nodes.get(address);
    if (node === undefined) return null;
    const othersReached = [...this.#nodes.keys()].some(each => each !== address && this.#spoke.has(each));
    return othersReached || this.#spoke.has(address) ? node : null;
  }

  /** The address of a node that was listed at some time; null: never heard of. */
  addressOf(node: number): string | null {
    return [...this.#nodes].find(([, each]) => each === node)?.[0] ?? null;
  }

  sayOnce(sentence: string): void {
    if (this.#said.has(sentence)) return;
    this.#said.add(sentence);
    this.#say(sentence);
  }
}
