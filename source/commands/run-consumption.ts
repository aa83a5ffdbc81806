import process from 'node:process';
import {systemClock} from '../flow/clock.ts';
import type {ConsumerState} from '../flow/connection.ts';
import type {FlowEvent} from '../flow/events.ts';
import type {Handler} from '../flow/handler.ts';
import type {LaneView} from '../flow/processing.ts';
import type {KafkaClient} from '../kafka/client.ts';
import {Consumption} from '../kafka/consumption.ts';
import {DeadLetters} from '../kafka/dead-letters.ts';
import {createPartitioner} from '../kafka/partitioners.ts';
import {KafkaPublisher} from '../kafka/publisher.ts';
import type {Topics} from '../kafka/topics.ts';
import type {Settings} from '../settings/settings.ts';
import {sentenceFor} from './connection.ts';
import type {ConsumeOptions} from './consume-flags.ts';
import {tellEvents} from './consume-lines.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {checkGroupIsFree} from './foreign-group-check.ts';
import {HeadlessFaults} from './headless-faults.ts';
import {limitHandler} from './limited-handler.ts';
import {OpenFailures} from './open-failures.ts';
import {linesTo, say} from './output.ts';
import {OutputReader} from './output-reader.ts';
import {Acts} from './perform-acts.ts';
import {watchEnds} from './watch-ends.ts';

/** How long messages in hand may take when the command is asked to end, in ms. */
const grace = 10_000;

export type Parts = {
  readonly client: KafkaClient;
  readonly topics: Topics;
  readonly handler: Handler;
  /** Each partition's end offset at the start; null: not known then. */
  readonly ends: ReadonlyMap<number, bigint | null>;
};

/** Consumes until the options' end or a signal, tells every outcome as a line, and answers the exit code. */
export async function runConsumption(
  topic: string,
  settings: Settings,
  options: ConsumeOptions,
  parts: Parts,
): Promise<number> {
  const {client, topics, ends} = parts;
  const group = settings.group.value;
  if (!options.joinForeignGroup) await checkGroupIsFree(parts, {group, topic});
  const lines = linesTo();
  const tell = tellEvents(lines, options);
  const publisher = new KafkaPublisher({client, partitioner: createPartitioner(settings.partitioner.value)});
  const deadLetters = new DeadLetters({topics, publisher, group, mayCreate: options.mayCreate});
  const faults = new HeadlessFaults(options.faults, say);
  const handler = faults.before(parts.handler);
  const end = new Ending();
  const failures = new OpenFailures();

  const consumption = new Consumption({
    kafka: client.kafka,
    brokers: client.brokers,
    topic,
    group,
    clock: systemClock,
    limits: client.recordLimits,
    handler: options.max === null ? handler : limitHandler(handler, options.max),
    policy: {onFailure: options.onFailure, retries: options.retries},
    onLost: options.onLost,
    start: options.start,
    atFirst: 'give-up',
    deadLetter: (message, failure) => deadLetters.publish(message, failure),
    onEvent,
    onState: tellState(group),
    onFacts: () => {},
    commitFaults: faults.ofCommits,
    told: () => lines.written(),
  });
  const reader = new OutputReader(lines, consumption.processing, lost => end.with(lost));

  const acts = options.acts
    ? new Acts({
        processing: () => consumption.processing,
        publish: draft => publisher.publish(draft),
        retried: message => failures.reopen(message),
        answer: line => {
          lines.write(line);
          reader.look();
          lookAtMost();
        },
        say,
      })
    : null;

  function onEvent(event: FlowEvent): void {
    tell(event);
    reader.look();
    acts?.take(event);
    failures.take(event);
    switch (event.type) {
      case 'where-to-start':
        end.with(new CommandError(whereToStart(group, event.partitions), exitCodes.wrongUse));
        break;
      case 'start-refused':
        end.with(
          new CommandError(
            `Starting there would commit past ${event.unprocessed} messages that group ${group} has not processed; add --skip-to-end if that is meant.`,
            exitCodes.wrongUse,
          ),
        );
        break;
      default:
        break;
    }
    lookAtMost();
  }

  function lookAtMost(): void {
    if (options.max === null || failures.ended < options.max) return;
    // What is held may still be decided about.
    if (!consumption.processing.lanes().some(lane => acts?.waitsFor(lane))) end.with('reached');
  }

  const stopListening = onSignals(() => {
    end.with('signal');
    lines.giveUpAfter(grace);
  });
  consumption.processing.step(options.step);
  try {
    // Asked to end before the group has met: there is nothing to wait for then.
    await Promise.race([consumption.start(), end.reached]);
    if (acts && process.stdin.isTTY)
      say('Reading acts from the terminal, one JSON line each; Ctrl+D ends them.');
    void acts?.read(process.stdin).then(lookAtMost);
    const looking = options.untilEnd
      ? watchEnds(consumption, ends, {
          isOpen: lane =>
            goesOnByItself(lane) || ((lane.waiting ? acts?.mayCome : acts?.waitsFor(lane)) ?? false),
          done: () => end.with('reached'),
        })
      : () => {};
    const how = await end.reached;
    looking();
    await acts?.close();
    const isStuck = consumption.processing
      .lanes()
      .some(({state: {status}}) => status === 'lost' || status === 'unreadable');
    const blemished = isStuck || failures.areThere;
    await consumption.stop(grace);
    if (how instanceof CommandError) throw how;
    await lines.end();
    return how === 'reached' && blemished ? exitCodes.failed : exitCodes.done;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(await sentenceFor(error, client, topic));
  } finally {
    if (acts) process.stdin.destroy();
    stopListening();
    await publisher.close();
    await lines.end().catch(() => {});
  }
}

/** The failure policy tries its dead letter again, and that may help with nothing changed by anybody. */
function goesOnByItself({state}: LaneView): boolean {
  return state.status === 'held' && state.again?.retryable === true;
}

/** The first reason to end counts. */
class Ending {
  readonly reached: Promise<'signal' | 'reached' | CommandError>;
  with!: (how: 'signal' | 'reached' | CommandError) => void;

  constructor() {
    this.reached = new Promise(resolve => {
      this.with = resolve;
    });
  }
}

function onSignals(stop: () => void): () => void {
  let asked = false;
  const hear = (signal: NodeJS.Signals) => {
    if (asked) process.exit(128 + (signal === 'SIGINT' ? 2 : 15));
    asked = true;
    say('Ending: waiting for messages in hand, then committing. Once more to end at once.');
    stop();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, hear);
  return () => {
    for (const signal of signals) process.off(signal, hear);
  };
}

function tellState(group: string): (state: ConsumerState) => void {
  return state => {
    if (state.status === 'running') {
      const {partitions} = state;
      say(
        `In group ${group} with ${partitions.length === 0 ? 'no partition' : `partitions ${partitions.join(', ')}`}.`,
      );
    }
    if (state.status === 'rebalancing') say(`Group ${group} is meeting anew.`);
    if (state.status === 'disconnected') {
      const seconds = Math.max(1, Math.round((state.nextAttemptAt - Date.now()) / 1000));
      say(`${state.explanation} Trying again in ${seconds} s.`);
    }
  };
}

function whereToStart(group: string, partitions: readonly {partition: number; retained: bigint}[]): string {
  const retained = partitions.reduce((sum, each) => sum + each.retained, 0n);
  return `Group ${group} has no committed offset yet, and ${retained} messages are there: say --from beginning, --from end or --from TIME.`;
}
