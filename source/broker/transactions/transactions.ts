import {Refusal} from '../errors.ts';
import type {Limits} from '../limits.ts';
import {Memory} from '../log/memory.ts';
import {
  type Initialized,
  type Producer,
  type Surroundings,
  Transaction,
  type TransactionState,
} from './transaction.ts';

/** Names of the states as Kafka's answers carry them. */
export const stateNames: Record<TransactionState, string> = {
  empty: 'Empty',
  ongoing: 'Ongoing',
  committed: 'CompleteCommit',
  aborted: 'CompleteAbort',
};

/** All transactional ids that were ever used, up to a number of them. */
export class Transactions {
  readonly #limit: number;
  readonly #surroundings: Surroundings;
  /** The one that was started longest ago stands first. */
  readonly #byId = new Map<string, Transaction>();

  constructor(
    limits: Pick<Limits, 'transactionalIds' | 'transactionBytes'>,
    surroundings: Omit<Surroundings, 'memory'>,
  ) {
    this.#limit = limits.transactionalIds;
    this.#surroundings = {...surroundings, memory: new Memory(limits.transactionBytes)};
  }

  all(): Transaction[] {
    return [...this.#byId.values()];
  }

  get(id: string): Transaction | undefined {
    return this.#byId.get(id);
  }

  /** A producer starts under this id. Refuses it where too many others have a transaction open. */
  initialize(id: string, timeout: number, expected: Producer | null): Initialized {
    const known = this.#byId.get(id);
    if (!known && this.#byId.size >= this.#limit) this.#forgetOne();
    const transaction = known ?? new Transaction(id, this.#surroundings);
    const initialized = transaction.initialize(timeout, expected);
    if (initialized.error !== 'NONE') return initialized;
    this.#byId.delete(id);
    this.#byId.set(id, transaction);
    return initialized;
  }

  close(): void {
    for (const transaction of this.#byId.values()) transaction.close();
    this.#byId.clear();
  }

  /** As Kafka forgets an id that nobody used for a week. */
  #forgetOne(): void {
    for (const [id, {state}] of this.#byId) {
      if (state === 'ongoing') continue;
      this.#byId.delete(id);
      return;
    }
    throw new Refusal(
      'COORDINATOR_NOT_AVAILABLE',
      `More than ${this.#limit} transactional ids at work are not taken.`,
    );
  }
}
