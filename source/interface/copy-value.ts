import {positionOf} from '../flow/message.ts';
import type {KeptMessage} from '../session/row.ts';
import type {Desk} from './desk.ts';

/** Terminals take about this much base64 at once, and drop what is longer. */
const mostCopied = 74_000;

/** Puts the value on the clipboard, where it is known whole and is not too long. */
export function copyValue(desk: Desk, message: KeptMessage, value = message.value): void {
  if (value === null) {
    desk.session.say('warning', 'A tombstone has no value.');
    return;
  }
  if (value.length < message.valueBytes || value.length * 1.34 > mostCopied) {
    desk.session.say('warning', 'The value is too long to copy.');
    return;
  }
  desk.copy(value.toString('utf8'));
  desk.session.say('info', `Copied the value of ${positionOf(message)}.`);
}
