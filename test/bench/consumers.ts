import {randomUUID} from 'node:crypto';
import type {EachBatchPayload} from 'kafkajs';
import {systemClock} from '../../source/flow/clock.ts';
import type {FlowEvent} from '../../source/flow/events.ts';
import type {Handler} from '../../source/flow/handler.ts';
import type {Message} from '../../source/flow/message.ts';
import type {Outcome} from '../../source/flow/outcome.ts';
import {createClient} from '../../source/kafka/client.ts';
import {Consumption} from '../../source/kafka/consumption.ts';
import {partitions} from './topics.ts';

/** How long it took from the first fetch on (joining the group is no part of it), and the commits that were confirmed. */
export type Consumed = {readonly seconds: number; readonly commits: number};

/** Processing code that does nothing. */
export const nothing: Handler = {
  name: 'nothing',
  handle: ({messages}) => messages.map((): Outcome => ({status: 'processed', durationMs: 0})),
  close: async () => {},
};

/** Outcomes that are kept to be looked at, as on a screen: the last so many. */
const kept = 10_000;

/** The whole flow: each message processed, its outcome kept, committed after success. Ends when all are committed. */
export async function consumeByFlow(
  bootstrap: string,
  topic: string,
  count: number,
  handler: Handler = nothing,
): Promise<Consumed> {
  const outcomes: {message: Message; outcome: Outcome}[] = [];
  const committed = new Map<number, bigint>();
  let at = 0;
  let began = 0;
  let commits = 0;
  let done!: () => void;
  let fail!: (error: Error) => void;
  const finished = new Promise<void>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  const client = createClient({brokers: bootstrap.split(',')});
  const consumption = new Consumption({
    kafka: client.kafka,
    brokers: client.brokers,
    topic,
    group: `bench-${randomUUID()}`,
    clock: systemClock,
    limits: client.recordLimits,
    handler,
    policy: {onFailure: 'hold', retries: 0},
    onLost: 'ask',
    start: {from: 'beginning'},
    atFirst: 'give-up',
    deadLetter: async () => ({status: 'refused', reason: 'not measured'}),
    onEvent(event: FlowEvent) {
      if (event.type === 'handled') {
        event.outcomes.forEach((outcome, index) => {
          outcomes[at++ % kept] = {message: event.messages[index]!, outcome};
        });
      } else if (event.type === 'committed') {
        // Before the first outcome only the chosen start is committed, once for each partition.
        if (at > 0) commits++;
        for (const {partition, offset} of event.offsets) committed.set(partition, offset);
        const sum = [...committed.values()].reduce((total, offset) => total + offset, 0n);
        if (sum >= BigInt(count)) done();
      } else if (event.type === 'held') fail(new Error(event.failure.message));
    },
    onState(state) {
      if (state.status === 'running') began = performance.now();
      if (state.status === 'rebalancing') fail(new Error('the group met anew while it was measured'));
    },
    onFacts: () => {},
  });
  await consumption.start();
  await finished;
  const seconds = (performance.now() - began) / 1000;
  await consumption.stop(1000);
  if (at !== count) throw new Error(`${at} outcomes for ${count} messages`);
  return {seconds, commits};
}

/** KafkaJS alone: `eachBatch` that counts and does nothing, with its own automatic commits. */
export async function consumeByEachBatch(bootstrap: string, topic: string, count: number): Promise<Consumed> {
  const {kafka} = createClient({brokers: bootstrap.split(',')});
  const consumer = kafka.consumer({groupId: `bench-${randomUUID()}`, allowAutoTopicCreation: false});
  let began = 0;
  let commits = 0;
  let left = count;
  let done!: () => void;
  const finished = new Promise<void>(resolve => {
    done = resolve;
  });
  consumer.on(consumer.events.COMMIT_OFFSETS, () => {
    commits++;
  });
  consumer.on(consumer.events.GROUP_JOIN, () => {
    began = performance.now();
  });
  await consumer.connect();
  await consumer.subscribe({topics: [topic], fromBeginning: true});
  await consumer.run({
    eachBatch: async ({batch}) => {
      left -= batch.messages.length;
      if (left <= 0) done();
    },
  });
  await finished;
  const seconds = (performance.now() - began) / 1000;
  await consumer.disconnect();
  return {seconds, commits};
}

/**
 * KafkaJS's `eachBatch` for all partitions at once, from the beginning, committing nothing; ends when `finished` does.
 * Answers the seconds from the first fetch on.
 */
export async function eachBatchTo(
  bootstrap: string,
  topic: string,
  finished: Promise<void>,
  take: (messages: EachBatchPayload['batch']['messages']) => Promise<void>,
): Promise<number> {
  const {kafka} = createClient({brokers: bootstrap.split(',')});
  const consumer = kafka.consumer({groupId: `bench-${randomUUID()}`, allowAutoTopicCreation: false});
  let began = 0;
  consumer.on(consumer.events.GROUP_JOIN, () => {
    began = performance.now();
  });
  await consumer.connect();
  await consumer.subscribe({topics: [topic], fromBeginning: true});
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: partitions,
    eachBatch: async ({batch}) => take(batch.messages),
  });
  await finished;
  const seconds = (performance.now() - began) / 1000;
  await consumer.disconnect();
  return seconds;
}
