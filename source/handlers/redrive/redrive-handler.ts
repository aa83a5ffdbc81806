import type {DeliveryState, Draft, DraftHeader, Publisher} from '../../flow/delivery.ts';
import type {Handler} from '../../flow/handler.ts';
import {type Message, positionOf} from '../../flow/message.ts';
import type {Outcome} from '../../flow/outcome.ts';
import {Pace} from './pace.ts';

export type RedriveOptions = {
  readonly publisher: Publisher;
  /** The topic that messages go back to. */
  readonly to: string;
  /** Messages a second at most; null: as quickly as the broker acknowledges. */
  readonly rate: number | null;
  /** Hears how each publish stands, an answer that comes after the deadline too. */
  heard?(message: Message, state: DeliveryState): void;
};

const ours = 'kafka_dlt-';
const originalPartition = 'kafka_dlt-original-partition';

/**
 * Publishes each dead letter to the topic it came from: same key, bytes and partition, and its own headers (so its id
 * too) without those of the dead-letter layout. A dead letter counts as processed only once that is acknowledged; where
 * it is unknown whether the message arrived, the dead letter is held, since trying again could publish it twice.
 */
export function createRedriveHandler({publisher, to, rate, heard}: RedriveOptions): Handler {
  const pace = rate === null ? null : new Pace(rate);
  const redrive = async (message: Message): Promise<Outcome> => {
    const began = performance.now();
    const {state} = await publisher.publish(redriven(message, to), delivery =>
      heard?.(message, delivery.state),
    );
    const durationMs = performance.now() - began;
    if (state.status === 'acknowledged') {
      return {status: 'processed', durationMs, note: `${to} ${positionOf(state)}`};
    }
    const reason = state.status === 'pending' ? 'no answer' : state.reason;
    const permanent = state.status !== 'failed' || !state.retryable;
    return {status: 'failed', durationMs, failure: {name: state.status, message: reason, permanent}};
  };
  return {
    name: `redrive to ${to}`,
    async handle({messages, signal}) {
      const outcomes: Outcome[] = [];
      for (const message of messages) {
        await pace?.turn(signal);
        if (signal.aborted) break;
        const outcome = await redrive(message);
        outcomes.push(outcome);
        if (outcome.status === 'failed') break;
      }
      return outcomes;
    },
    async close() {},
  };
}

function redriven(message: Message, topic: string): Draft {
  const headers: DraftHeader[] = [];
  let partition: number | undefined;
  for (const header of message.headers) {
    const {name, value} = header;
    if (name === originalPartition && value?.length === 4) partition = Buffer.from(value).readInt32BE();
    if (!name.startsWith(ours)) headers.push(header);
  }
  return {
    topic,
    key: message.key,
    value: message.value,
    headers,
    ...(partition !== undefined && {partition}),
  };
}
