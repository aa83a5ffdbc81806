import type {Socket} from 'node:net';
import type {Clock} from './clock.ts';
import {Connection, type Surroundings} from './connection.ts';

/** ms a connection may be silent before it is taken for idle when there is no room for another. */
const silentBefore = {firstRequest: 250, nextRequest: 60_000};
/** ms of silence after which a connection is closed in any case, as Kafka's `connections.max.idle.ms`. */
const idleTimeout = 10 * 60_000;

/**
 * Who is connected: bounded in all and for each address, so that whoever only opens connections locks nobody out. One that
 * asks nothing has to make room for one that comes, and is closed after a short time in any case.
 */
export class Connections {
  readonly #surroundings: Surroundings;
  readonly #clock: Clock;
  /** In the order in which they came. */
  readonly #open = new Map<Connection, string>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#clock = surroundings.state.clock;
  }

  get count(): number {
    return this.#open.size;
  }

  accept(socket: Socket): void {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    if (!this.#hasRoom(address)) {
      socket.destroy();
      return;
    }
    socket.setTimeout(idleTimeout);
    const connection = new Connection(socket, this.#surroundings);
    this.#open.set(connection, address);
    const {firstRequest} = this.#surroundings.limits;
    const cancel = this.#clock.after(firstRequest, () => {
      if (!connection.hasAsked) connection.cut();
    });
    socket.once('close', () => {
      cancel();
      this.#open.delete(connection);
    });
  }

  cutAll(): void {
    for (const connection of this.#open.keys()) connection.cut();
  }

  /** Also where an idle one makes room: of the same address, where that one has too many. */
  #hasRoom(address: string): boolean {
    const {connections, connectionsPerAddress} = this.#surroundings.limits;
    const ofAddress = [...this.#open].filter(([, from]) => from === address).map(([each]) => each);
    if (ofAddress.length >= connectionsPerAddress) return this.#cutIdle(ofAddress);
    if (this.#open.size >= connections) return this.#cutIdle([...this.#open.keys()]);
    return true;
  }

  #cutIdle(among: readonly Connection[]): boolean {
    const now = this.#clock.now();
    const isSilent = (each: Connection, ms: number) =>
      each.silentSince !== null && now - each.silentSince > ms;
    const idle =
      among.find(each => !each.hasAsked && isSilent(each, silentBefore.firstRequest)) ??
      among.find(each => isSilent(each, silentBefore.nextRequest));
    if (!idle) return false;
    this.#open.delete(idle);
    idle.cut();
    return true;
  }
}
