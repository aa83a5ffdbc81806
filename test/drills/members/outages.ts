import type {BrokerUnderDrill} from './broker.ts';
import type {Journal} from './journal.ts';

/** ms after an outage in which what a member does may still be because of it. */
const aftermath = 15_000;

/** Takes the broker, or the way to it, away and brings it back; and knows when it was away. */
export class Outages {
  readonly counts = {brokerStops: 0, refusals: 0, cuts: 0};
  readonly #broker: BrokerUnderDrill;
  readonly #journal: Journal;
  /** `to` is null while the broker is away. */
  readonly #spells: {from: number; to: number | null}[] = [];

  constructor(broker: BrokerUnderDrill, journal: Journal) {
    this.#broker = broker;
    this.#journal = journal;
  }

  get isAway(): boolean {
    return this.#spells.some(({to}) => to === null);
  }

  /** Whether the broker was away, or had just been, at a time since `since` (ms since 1970). */
  wasAway(since: number): boolean {
    return this.#spells.some(({to}) => to === null || to + aftermath >= since);
  }

  cut(): void {
    this.counts.cuts++;
    this.#journal.write('every connection is cut');
    const now = Date.now();
    this.#spells.push({from: now, to: now});
    this.#broker.proxy.cut();
  }

  /** The broker is killed, and started again `ms` later. */
  async stopBroker(ms: number): Promise<void> {
    this.counts.brokerStops++;
    await this.#away(`the broker is stopped for ${seconds(ms)}`, ms, {
      before: () => this.#broker.kill(),
      after: () => this.#broker.start(),
    });
  }

  /** The broker is well, but nobody comes to it for `ms`. */
  async refuse(ms: number): Promise<void> {
    this.counts.refusals++;
    const nothing = () => Promise.resolve();
    await this.#away(`connections are refused for ${seconds(ms)}`, ms, {before: nothing, after: nothing});
  }

  async #away(
    what: string,
    ms: number,
    act: {before(): Promise<void>; after(): Promise<void>},
  ): Promise<void> {
    this.#journal.write(what);
    const spell = {from: Date.now(), to: null as number | null};
    this.#spells.push(spell);
    await this.#broker.proxy.refuse();
    await act.before();
    await new Promise(resolve => setTimeout(resolve, ms));
    await act.after();
    await this.#broker.proxy.accept();
    spell.to = Date.now();
    this.#journal.write(`the broker can be reached again, after ${seconds(spell.to - spell.from)}`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
