import {isUtf8} from 'node:buffer';
import {type FlowEvent, sayRefused} from '../flow/events.ts';
import {type Message, positionOf} from '../flow/message.ts';
import type {Failure, Outcome} from '../flow/outcome.ts';
import {Redeliveries} from '../flow/redeliveries.ts';
import {sayUnreadable, whyPolicyHolds} from '../session/unreadable.ts';
import {type Lines, say} from './output.ts';

/** Tells the flow's events as JSON lines, one an outcome, and what a person should know on stderr. */
export function tellEvents(
  lines: Pick<Lines, 'write'>,
  options: {withValue: boolean},
): (event: FlowEvent) => void {
  const redeliveries = new Redeliveries();
  const about = (message: Message, attempt: number) => ({
    topic: message.topic,
    partition: message.partition,
    offset: message.offset,
    key: textOf(message.key),
    attempt,
    ...(redeliveries.has(message.partition, message.offset) && {redelivered: true}),
    ...(options.withValue && {value: textOf(message.value)}),
  });

  function tellOutcome(message: Message, outcome: Outcome, attempt: number): void {
    const {status, durationMs, output, exchange} = outcome;
    const rounded = Math.round(durationMs * 100) / 100;
    const printed = output === undefined ? {} : {output};
    const http = exchange?.response ? {http: exchange.response.status} : {};
    const note = outcome.status === 'processed' && outcome.note !== undefined ? {note: outcome.note} : {};
    const error = outcome.status === 'failed' ? {error: errorOf(outcome.failure)} : {};
    lines.write({
      status,
      ...about(message, attempt),
      durationMs: rounded,
      ...note,
      ...error,
      ...http,
      ...printed,
    });
  }

  function tellUnreadable({at, batch, onFailure}: Extract<FlowEvent, {type: 'batch-unreadable'}>): void {
    const {from, next, reason, bytes} = batch;
    lines.write({
      status: 'unreadable',
      ...at,
      offset: from,
      next,
      reason,
      bytes: bytes.length,
      ...(options.withValue && {batch: {base64: bytes.toString('base64')}}),
    });
    const isSkipped = onFailure === 'skip' && next !== null;
    const then = isSkipped ? 'It is skipped, as --on-failure says.' : whyPolicyHolds(onFailure, batch);
    say(`${sayUnreadable({...batch, ...at})}. ${then || 'The partition is held.'}`);
  }

  return event => {
    redeliveries.take(event);
    switch (event.type) {
      case 'handled':
        event.outcomes.forEach((outcome, index) => {
          tellOutcome(event.messages[index]!, outcome, event.attempt);
        });
        break;
      case 'held':
        lines.write({
          status: 'held',
          ...about(event.message, event.attempt),
          error: errorOf(event.failure),
          ...(event.because !== undefined && {because: event.because}),
          ...(event.again && {
            deadLetterAgainAt: new Date(event.again.at).toISOString(),
            mayDuplicate: event.again.mayDuplicate,
          }),
        });
        break;
      case 'finished':
        lines.write({
          status: event.final,
          ...about(event.message, event.attempt),
          ...(event.failure && {error: errorOf(event.failure)}),
          note: event.note,
        });
        break;
      case 'committed':
        for (const each of event.offsets) lines.write({status: 'committed', ...each});
        break;
      case 'commit-failed':
        say(`A commit was not confirmed, and is tried again: ${event.reason}`);
        break;
      case 'look-failed':
        say(`The group's offsets cannot be asked for, and it is tried again: ${event.reason}`);
        break;
      case 'fetch-refused':
        say(sayRefused(event));
        break;
      case 'topic-recreated':
        say(`Topic ${event.topic} was deleted and made again.`);
        break;
      case 'topic-grown':
        say(`Topic ${event.topic} has ${event.to} partitions now, and had ${event.from}.`);
        break;
      case 'unreachable': {
        const numbers = event.partitions.map(({partition}) => partition).join(', ');
        say(`No leader now: partition ${numbers} of the topic. It goes on by itself when there is one.`);
        break;
      }
      case 'start-overruled': {
        const places = event.partitions.map(positionOf).join(', ');
        say(
          `The group is running already, and goes on where it has committed: ${places}. To read again from there on, name the offset (--from PARTITION@OFFSET).`,
        );
        break;
      }
      case 'position-lost': {
        const {topic, partition, position, first, end, cause} = event.lost;
        lines.write({status: 'position-lost', topic, partition, position, first, end, cause});
        say(lostSentence(event.lost));
        break;
      }
      case 'batch-unreadable':
        tellUnreadable(event);
        break;
      case 'batch-skipped': {
        const {at, from, next, note} = event;
        lines.write({status: 'skipped', ...at, offset: from, next, note});
        break;
      }
      case 'waiting':
        lines.write({status: 'waiting', ...about(event.message, 1)});
        break;
      case 'moved':
        say(
          event.isGone
            ? `${positionOf(event.message)} is gone with its topic; what became of it counts no more.`
            : `${positionOf(event.message)} moved with its partition; it is redelivered.`,
        );
        break;
      default:
        break;
    }
  };
}

function lostSentence({topic, partition, position, first, end, cause}: FlowLost): string {
  const why = {
    retention: `offsets ${position} to ${first - 1n} no longer exist (retention)`,
    'beyond-end': `the position ${position} is beyond the end ${end} by ${position - end}`,
    recreated: `the topic was deleted and made again; the position ${position} belonged to the one before`,
  }[cause];
  return `Position lost on ${topic} partition ${partition}: ${why}. The partition is held; --on-lost first or --on-lost end says where to go on.`;
}

type FlowLost = Extract<FlowEvent, {type: 'position-lost'}>['lost'];

function errorOf({name, alike, message, where, permanent}: Failure) {
  return {
    name,
    ...(alike !== undefined && {alike}),
    message,
    ...(where !== undefined && {where}),
    permanent,
  };
}

/** Text where it is UTF-8, else the bytes in base64, told apart. */
function textOf(bytes: Buffer | null): string | null | {base64: string} {
  if (bytes === null) return null;
  return isUtf8(bytes) ? bytes.toString('utf8') : {base64: bytes.toString('base64')};
}
