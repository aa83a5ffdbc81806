import {type Move, totalOf} from '../../flow/moves.ts';
import type {KafkaClient} from '../../kafka/client.ts';
import {GroupInUse, Groups} from '../../kafka/groups.ts';
import type {StartChoice, StartOfOneChoice} from '../../kafka/start-choice.ts';
import type {Topics} from '../../kafka/topics.ts';
import type {GoBackPlan} from '../../session/go-back.ts';
import type {Session} from '../../session/session.ts';
import {CommandError} from '../exit-codes.ts';
import {countAgain, planMoves} from '../plan-moves.ts';
import {moveTargetOf, positionsOf} from '../positions.ts';

export type GoingBackPorts = {
  readonly client: KafkaClient;
  readonly topics: Topics;
  readonly session: Session;
  /** Our member id while we are in the group. */
  member(): string | null;
  /** Leaves the group in order; answers whether a consumer was there. */
  stop(): Promise<boolean>;
  /** `isRestart`: a consumer was there a moment ago, so that the group is joined already. false: one is starting already. */
  consume(start: StartChoice, isRestart: boolean): boolean;
  explain(error: unknown): Promise<string>;
};

/**
 * Going back in the interface. A replay starts the consumer elsewhere; a rewind takes it out of the group first, since
 * the broker sets offsets only of a group that nobody is in. A new consumer remembers nothing that could undo it.
 */
export class GoingBack {
  readonly #ports: GoingBackPorts;
  #busy = false;

  constructor(ports: GoingBackPorts) {
    this.#ports = ports;
  }

  async plan(place: string, partition: number | null): Promise<GoBackPlan> {
    const {client, topics, session} = this.#ports;
    try {
      const positions = positionsOf(
        place
          .trim()
          .split(/\s+/)
          .map(each => each || 'beginning'),
        session.now,
        'It',
      );
      const target = moveTargetOf(positions);
      const {topic, group} = session.place;
      const partitions = partition === null ? null : [partition];
      const {moves} = await planMoves({client, topics}, {topic, group, target, partitions});
      const ahead = moves.find(({passed}) => passed > 0n);
      if (ahead && target.to !== 'time' && target.to !== 'before-end') {
        const problem = `That is ahead, past ${totalOf(moves, 'passed')} messages that nobody processed; kafka-notify rewind --skip-unprocessed does that.`;
        return {status: 'impossible', problem};
      }
      // A time, or so many before the end, is a way back only: where the group has not come so far, it stays where it is.
      const back = moves.filter(({again}) => again > 0n);
      if (back.length > 0) return {status: 'possible', moves: back};
      return {
        status: 'impossible',
        problem: 'Nothing that was processed lies behind it: no message comes again.',
      };
    } catch (error) {
      return {status: 'impossible', problem: await this.#sentence(error)};
    }
  }

  replay(moves: readonly Move[]): void {
    void this.#alone(async () => {
      const {session, topics} = this.#ports;
      const wasThere = await this.#ports.stop();
      // Until it stopped, the consumer went on. What cannot be counted again now is told as it was counted before.
      const counted = await countAgain({topics}, session.place, moves).catch(() => moves);
      const chosen = moves.map(({partition, to}): [number, StartOfOneChoice] => [
        partition,
        {from: 'offset', offset: to, skipToEnd: false},
      ]);
      const start = {from: 'several', partitions: new Map(chosen), others: {from: 'committed'}} as const;
      if (this.#ports.consume(start, wasThere))
        session.say('info', `Replaying ${totalOf(counted, 'again')} messages; the commit stays.`);
      else session.say('warning', 'The consumer is starting already; go back once it runs.');
    });
  }

  rewind(moves: readonly Move[]): void {
    void this.#alone(async () => {
      const {client, session, topics} = this.#ports;
      const {topic, group} = session.place;
      const groups = new Groups(client);
      try {
        const us = this.#ports.member();
        await groups.checkUnused(group, us);
        const wasThere = await this.#ports.stop();
        try {
          await groups.untilEmpty(group);
          const counted = await countAgain({topics}, {topic, group}, moves);
          const offsets = counted.map(({partition, to}) => ({topic, partition, offset: to}));
          await groups.setOffsets(group, topic, offsets);
          session.say('info', `Rewound: ${totalOf(counted, 'again')} messages come again.`);
        } finally {
          if (wasThere) this.#ports.consume({from: 'committed'}, true);
        }
      } finally {
        await groups.close();
      }
    });
  }

  /** One at a time; what goes wrong is said. */
  async #alone(act: () => Promise<void>): Promise<void> {
    const {session} = this.#ports;
    if (this.#busy) {
      session.say('warning', 'Going back already; a moment.');
      return;
    }
    this.#busy = true;
    try {
      await act();
    } catch (error) {
      session.say('error', await this.#sentence(error));
    } finally {
      this.#busy = false;
      session.touch();
    }
  }

  async #sentence(error: unknown): Promise<string> {
    if (error instanceof CommandError || error instanceof GroupInUse) return error.message;
    return this.#ports.explain(error);
  }
}
