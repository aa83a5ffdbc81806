import {foreignGroup} from '../../flow/foreign-group.ts';
import type {KafkaClient} from '../../kafka/client.ts';
import {lookAtGroup} from '../../kafka/group-ownership.ts';
import type {StartChoice} from '../../kafka/start-choice.ts';
import type {Topics} from '../../kafka/topics.ts';
import type {Session} from '../../session/session.ts';

export type JoiningPorts = {
  readonly session: Session;
  readonly client: KafkaClient;
  readonly topics: Topics;
  /** Said at the command line: whoever works in the group, it is joined. */
  readonly mayJoinForeign: boolean;
  /** The messages go through code of the person's own, not through the built-in check. */
  readonly hasOwnHandler: boolean;
  explain(error: unknown): Promise<string>;
};

/** How a consumer was to be started. */
export type Entry = {readonly start: StartChoice; readonly isPaused: boolean};

/**
 * Asks before a group is joined that is another program's. What the person agreed to holds for the commits that they saw:
 * members of others, and commits that others made since, are asked about again at the next start by hand.
 */
export class Joining {
  readonly #ports: JoiningPorts;
  #asked: {readonly entry: Entry; readonly commits: ReadonlyMap<number, bigint>} | null = null;
  #agreed: ReadonlyMap<number, bigint> = new Map();
  /** Ends the look that is on its way. */
  #giveUpLook: (() => void) | null = null;

  constructor(ports: JoiningPorts) {
    this.#ports = ports;
  }

  /** Whether the group may be joined now. Otherwise the session has the question, or why it could not be seen. */
  async mayJoin(entry: Entry): Promise<boolean> {
    const {session, mayJoinForeign, hasOwnHandler} = this.#ports;
    if (mayJoinForeign) return true;
    this.#asked = null;
    const givenUp = new Promise<null>(resolve => {
      this.#giveUpLook = () => resolve(null);
    });
    try {
      const seen = await Promise.race([lookAtGroup(this.#ports, session.place), givenUp]);
      if (!seen) return false;
      const foreign = foreignGroup(seen, this.#agreed);
      if (!foreign) return true;
      this.#asked = {entry, commits: foreign.commits};
      session.takeJoinQuestion({status: 'foreign', foreign, mayJoin: hasOwnHandler});
    } catch (error) {
      const explanation = await Promise.race([this.#ports.explain(error), givenUp]);
      if (explanation !== null) session.takeJoinQuestion({status: 'unknown', explanation});
    } finally {
      this.#giveUpLook = null;
    }
    return false;
  }

  get isLooking(): boolean {
    return this.#giveUpLook !== null;
  }

  /** The person joins all the same. Answers what they had asked for; null: nothing is asked now. */
  agree(): Entry | null {
    if (!this.#asked) return null;
    const {entry, commits} = this.#asked;
    this.#asked = null;
    this.#agreed = commits;
    return entry;
  }

  /** Gives up the look or the question; the group is not joined. */
  giveUp(): void {
    this.#giveUpLook?.();
    this.#asked = null;
    this.#ports.session.takeJoinQuestion(null);
  }
}
