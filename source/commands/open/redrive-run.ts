import type {Clock} from '../../flow/clock.ts';
import type {Publisher} from '../../flow/delivery.ts';
import type {Handler} from '../../flow/handler.ts';
import {type Message, positionOf} from '../../flow/message.ts';
import type {Outcome} from '../../flow/outcome.ts';
import {createRedriveHandler} from '../../handlers/redrive/redrive-handler.ts';
import type {KafkaClient} from '../../kafka/client.ts';
import {type Redrive, resultOfFailure} from '../../session/redrive.ts';

/** The note of one that was passed over. */
export const redrivenBefore = 'redriven before';

/** What a redrive works with. */
export type RunParts = {
  readonly redrive: Redrive;
  readonly client: KafkaClient;
  readonly clock: Clock;
  readonly publisher: Publisher;
  /** A second at most; null: as quickly as the broker acknowledges. */
  readonly rate: number | null;
  /** An error of the broker as one sentence. */
  explain(error: unknown, topic: string): Promise<string>;
};

export type Summary = {readonly level: 'info' | 'warning'; readonly text: string};

/** A redrive under way. `ended` rejects where it could not go on; what was redriven until then is told by its results. */
export type RedriveRun = {
  readonly ended: Promise<Summary>;
  pause(): void;
  resume(): void;
  cancel(): void;
};

/** Publishes one dead letter after the other and writes down what became of each; a late answer too. */
export function redriveHandler({redrive, publisher, rate}: RunParts): Handler {
  const handler = createRedriveHandler({
    publisher,
    to: redrive.to,
    rate,
    heard(message, state) {
      const before = redrive.resultOf(message);
      if (state.status === 'pending') redrive.setResult(message, {status: 'sending'});
      if (state.status === 'acknowledged')
        redrive.setResult(message, {status: 'redriven', where: `${redrive.to} ${positionOf(state)}`});
      // It is proved now that it did not arrive.
      if (state.status === 'failed' && before.status === 'unknown')
        redrive.setResult(message, {status: 'failed', reason: state.reason});
    },
  });
  return {
    ...handler,
    async handle(run) {
      const outcomes = await handler.handle(run);
      const last = outcomes.at(-1);
      if (last?.status === 'failed')
        redrive.setResult(run.messages[outcomes.length - 1]!, resultOfFailure(last.failure));
      return outcomes;
    },
  };
}

/**
 * Passes over what was redriven from here already, by choice, since the group's commit does not tell of it; and does not
 * send again by itself what may be in the topic: that one holds its partition until the person has decided.
 */
export function passOverSettled(handler: Handler, redrive: Redrive): Handler {
  const settled = (message: Message): Outcome | null => {
    const result = redrive.resultOf(message);
    if (result.status === 'redriven') return {status: 'processed', durationMs: 0, note: redrivenBefore};
    if (result.status !== 'unknown') return null;
    const failure = {name: 'unknown', message: result.reason, permanent: true};
    return {status: 'failed', durationMs: 0, failure};
  };
  return {
    ...handler,
    async handle(run) {
      const outcomes: Outcome[] = [];
      for (const message of run.messages) {
        if (run.signal.aborted) break;
        const outcome = settled(message) ?? (await handler.handle({...run, messages: [message]}))[0];
        if (!outcome) break;
        outcomes.push(outcome);
        if (outcome.status === 'failed') break;
      }
      return outcomes;
    },
    close: () => handler.close(),
  };
}

export type Counts = {
  readonly redriven: number;
  /** Were redriven from here already. */
  readonly before: number;
  readonly failed: number;
  readonly unknown: number;
};

/** `Redriven 5 of 6 to notifications; 1 failed.` */
export function summaryOf(to: string, total: number, counts: Counts, why = ''): Summary {
  const {redriven, before, failed, unknown} = counts;
  const left = total - redriven - before - failed - unknown;
  const rest = [
    failed > 0 && `${failed} failed`,
    unknown > 0 && `${unknown} unknown: it may be there, and is not sent again by itself`,
    left > 0 && `${left} not sent${why}`,
  ].filter(Boolean);
  const were = before > 0 ? `, ${before} passed over as redriven before` : '';
  return {
    level: rest.length > 0 ? 'warning' : 'info',
    text: `Redriven ${redriven} of ${total} to ${to}${were}${rest.length > 0 ? `; ${rest.join(', ')}` : ''}.`,
  };
}
