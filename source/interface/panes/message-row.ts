import {positionOf} from '../../flow/message.ts';
import {pick} from '../../payload/pick.ts';
import {safeText} from '../../payload/safe-text.ts';
import {bytesToldApart} from '../../payload/told-apart.ts';
import {padToWidth} from '../../payload/width.ts';
import type {KeptMessage, Row} from '../../session/row.ts';
import type {Session} from '../../session/session.ts';
import {age, bytes, duration} from '../amounts.ts';
import {cell, type Piece, row} from '../cells.ts';
import type {Theme} from '../theme.ts';
import {deadLetterAgain, stateCell} from './state-word.ts';

/** Where type and recipient stand in a notification: the first path that has a value counts. */
export type MessageColumns = {readonly type: readonly string[]; readonly recipient: readonly string[]};

export const defaultColumns: MessageColumns = {
  type: ['type', 'event', 'eventType', 'kind', 'channel'],
  recipient: [
    'to',
    'recipient',
    'recipients',
    'user.email',
    'user.id',
    'email',
    'phone',
    'userId',
    'subject',
  ],
};

export type Summary = {readonly key: string; readonly type: string; readonly recipient: string};
const summaries = new WeakMap<KeptMessage, Summary>();

/** Beyond this a value is not taken apart for two columns. */
const mostParsed = 64 * 1024;

/** One message on one row of exactly `width` columns; the narrower, the fewer columns. */
export function messageRow(
  message: Row,
  session: Session,
  {width, theme, columns}: {readonly width: number; readonly theme: Theme; readonly columns: MessageColumns},
): string {
  const {now} = session;
  const committed = session.isRowCommitted(message);
  const [word, style] = stateCell(message, committed, now, theme) as readonly [
    string,
    (text: string) => string,
  ];
  const {key, type, recipient} = summaryOf(message, columns);
  const wide = width >= 130;
  const narrow = width < 66;
  // Why it failed matters more than to whom it would have gone.
  const tells = message.state.status === 'processed' || message.state.status === 'behind' || wide;
  const pieces: Piece[] = [
    ' ',
    [padToWidth(word, wide ? 16 : 13), style],
    ` ${cell(positionOf(message), wide ? 11 : 9)}`,
    ` ${cell(age(now - message.timestamp), 4, 'end')}`,
    `  ${cell(key, wide ? 14 : narrow ? 6 : 8)}`,
    ` ${cell(type, wide ? 18 : narrow ? 10 : 12)}`,
  ];
  if (tells && width >= 74) pieces.push(` ${cell(recipient, wide ? 20 : 12)}`);
  const {attempt, time} = attemptOf(message);
  if (width >= 66) pieces.push(` ${cell(attempt, 3, 'end')}`);
  pieces.push(` ${cell(time, 7, 'end')}  `);
  pieces.push([outcomeOf(message, now), message.state.status === 'held' ? theme.bad : theme.quiet]);
  return row(pieces, width);
}

function attemptOf({state, attempts}: Row): {attempt: string; time: string} {
  switch (state.status) {
    case 'processed':
      return {attempt: `${state.attempt}`, time: duration(state.durationMs)};
    case 'retrying':
    case 'held':
      return {attempt: `${state.attempt}/${state.attempts}`, time: lastDuration(attempts)};
    case 'behind':
    case 'moved':
    case 'gone':
      return {attempt: '', time: ''};
    default:
      return {attempt: `${state.attempt}`, time: lastDuration(attempts)};
  }
}

function lastDuration(attempts: Row['attempts']): string {
  const last = attempts.at(-1);
  return last ? duration(last.durationMs) : '';
}

function outcomeOf({state, value, valueBytes, isRedelivered, isCommitted}: Row, now: number): string {
  switch (state.status) {
    case 'held':
    case 'retrying':
    case 'failed': {
      const because = state.status === 'held' && state.because !== undefined ? `${state.because}; ` : '';
      const policy = state.status === 'held' && state.again ? `${deadLetterAgain(state.again, now)}; ` : '';
      return safeText(`${policy}${because}${state.failure.name}: ${state.failure.message}`);
    }
    case 'replaced':
      return `by ${safeText(state.note)}`;
    case 'skipped':
    case 'dead-lettered':
      return safeText(state.note);
    case 'processed':
      if (isCommitted === false) return 'not committed';
      if (isRedelivered) return 'redelivered';
      if (state.note !== undefined) return safeText(state.note);
      return value === null ? 'tombstone' : valueBytes > 4096 ? bytes(valueBytes) : '';
    default:
      return '';
  }
}

/** What a message is about, for its columns. Parsed once a row, and only when it is drawn. */
export function summaryOf(message: KeptMessage, columns: MessageColumns): Summary {
  const known = summaries.get(message);
  if (known) return known;
  const value = parsed(message);
  const first = (paths: readonly string[]) => {
    for (const path of paths) {
      const found = pick(value, path);
      if (found !== '') return found;
    }
    return '–';
  };
  const summary = {
    key: message.key === null ? '–' : bytesToldApart(message.key, 8),
    type: message.value === null ? 'null' : first(columns.type),
    recipient: first(columns.recipient),
  };
  summaries.set(message, summary);
  return summary;
}

function parsed({value, valueBytes}: KeptMessage): unknown {
  if (value === null || valueBytes > mostParsed || valueBytes !== value.length) return undefined;
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
}
