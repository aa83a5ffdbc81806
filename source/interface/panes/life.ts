import {positionOf} from '../../flow/message.ts';
import {safeText} from '../../payload/safe-text.ts';
import {textWidth} from '../../payload/width.ts';
import type {Attempt} from '../../session/attempts.ts';
import {type Life, lifeOf} from '../../session/life.ts';
import type {Row} from '../../session/row.ts';
import type {Session} from '../../session/session.ts';
import {again, clockTime, count, duration} from '../amounts.ts';
import {type Piece, wrap} from '../cells.ts';
import type {Theme} from '../theme.ts';
import {deadLetterAgain} from './state-word.ts';

type Step = {readonly text: string; readonly style: ((text: string) => string) | null};

/** Of more attempts than this, only the first and the last ones stand in the line. */
const mostAttempts = 6;
const arrow = ' → ';

/** A message's way from publishing to commit as one line, broken between its steps, and what it took in all. */
export function lifeRows(row: Row, session: Session, width: number, theme: Theme): readonly Piece[][] {
  const life = lifeOf(row, session);
  const rows = flow(stepsOf(row, life, session.now, theme), width);
  return [
    ...rows,
    [],
    ...totals(row, life).flatMap(text => wrap(text, width).map((line): Piece[] => [line])),
  ];
}

function stepsOf(row: Row, life: Life, now: number, theme: Theme): Step[] {
  const {published, receivedAt, finalAt} = life;
  const steps: Step[] = [];
  const add = (text: string, style: Step['style'] = null) => steps.push({text, style});
  let last: number;
  if (published) {
    add(`published ${exactTime(published.at)}`);
    add(`acknowledged ${positionOf(row)} (${duration(published.acknowledgedAfterMs)})`, theme.good);
    last = published.at + published.acknowledgedAfterMs;
    add(`received (${since(last, receivedAt)})`);
  } else {
    add(`not published here, its timestamp is ${exactTime(row.timestamp)}`, theme.quiet);
    add(`received ${exactTime(receivedAt)}`);
  }
  last = receivedAt;
  for (const attempt of shortened(life.attempts)) {
    if ('left' in attempt) {
      add(`… ${count(attempt.left, 'more attempt')} …`, theme.quiet);
      continue;
    }
    const waited = attempt.at - attempt.durationMs - last;
    last = attempt.at;
    if (attempt.failure) add(sayAttempt(attempt, waited), theme.bad);
  }
  add(...endOf(row, life, now, theme));
  const ended = finalAt ?? last;
  if (typeof life.committed === 'object' && life.committed) {
    add(`committed ${life.committed.next} (${since(ended, life.committed.at)})`, theme.good);
  } else if (life.committed === 'before') add('the group had committed past it before', theme.quiet);
  else if (life.committed) add('committed', theme.good);
  else if (row.isCommitted === false) add('not committed, redelivered', theme.waiting);
  else if (finalAt !== null) add('not committed yet', theme.waiting);
  return steps;
}

function sayAttempt({number, durationMs, failure}: Attempt, waited: number): string {
  const after = waited >= 100 ? ` after ${duration(waited)}` : '';
  return `attempt ${number}${after} failed ${safeText(failure?.name ?? '')} (${duration(durationMs)})`;
}

/** How it ended, or what it waits for. */
function endOf(
  {state, attempts}: Row,
  {receivedAt, finalAt}: Life,
  now: number,
  theme: Theme,
): [string, Step['style']] {
  switch (state.status) {
    case 'processed': {
      const attempt = state.attempt > 1 ? `, attempt ${state.attempt}` : '';
      const began = finalAt === null ? null : finalAt - state.durationMs;
      const from = attempts.findLast(({failure}) => failure !== null)?.at ?? receivedAt;
      const waited = began === null ? '' : ` (${since(from, began)}${attempt})`;
      return [`processed ${duration(state.durationMs)}${waited}`, theme.good];
    }
    case 'failed':
      return ['what follows is being decided', theme.waiting];
    case 'retrying':
      return [`attempt ${state.attempt + 1} ${again(state.nextAttemptAt, now)}`, theme.waiting];
    case 'held': {
      const at = attempts.at(-1)?.at;
      const policy = state.again ? `, ${deadLetterAgain(state.again, now)}` : '';
      const because = `${policy}${state.because === undefined ? '' : `: ${safeText(state.because)}`}`;
      return [
        `held${at === undefined ? '' : ` for ${duration(Math.max(0, now - at))}`}${because}`,
        theme.bad,
      ];
    }
    case 'behind':
      return [`waits behind ${state.heldAt}`, theme.waiting];
    case 'moved':
      return ['moved, redelivered', theme.quiet];
    case 'gone':
      return ['gone with its topic', theme.quiet];
    default: {
      const at = attempts.at(-1)?.at ?? receivedAt;
      const after = finalAt === null ? '' : ` (${since(at, finalAt)})`;
      return [`${state.status} ${safeText(state.note)}${after}`, theme.accent];
    }
  }
}

function totals(row: Row, {published, attempts, totalMs}: Life): string[] {
  const tried = attempts.reduce((sum, {durationMs}) => sum + durationMs, 0);
  const processing =
    attempts.length > 0 ? tried : row.state.status === 'processed' ? row.state.durationMs : 0;
  const number = attempts.at(-1)?.number ?? (row.state.status === 'processed' ? 1 : 0);
  const inCode = `${duration(processing)} of processing in ${count(number, 'attempt')}`;
  const lines: string[] = [];
  if (totalMs !== null) {
    lines.push(`${duration(totalMs)} from ${published ? 'publishing' : 'receiving'} to commit`);
  }
  if (number > 0) lines.push(inCode);
  if (published) lines.push(`delivery ${published.deliveryId}: P goes there`);
  return lines;
}

/** All where they are few; else the first two and the last three. */
function shortened(attempts: readonly Attempt[]): (Attempt | {readonly left: number})[] {
  if (attempts.length <= mostAttempts) return [...attempts];
  return [...attempts.slice(0, 2), {left: attempts.length - 5}, ...attempts.slice(-3)];
}

/** Steps one after the other, broken before an arrow; a step that is longer than a row is broken in itself. */
function flow(steps: readonly Step[], width: number): Piece[][] {
  const rows: Piece[][] = [];
  let current: Piece[] = [];
  let used = 0;
  steps.forEach(({text, style}, at) => {
    const lead = at === 0 ? '' : used === 0 || used + 3 + textWidth(text) > width ? arrow.trimStart() : arrow;
    if (at > 0 && lead !== arrow && used > 0) {
      rows.push(current);
      current = [];
      used = 0;
    }
    const [first, ...more] = wrap(text, width - lead.length);
    current.push(lead, style ? [first!, style] : first!);
    used += lead.length + textWidth(first!);
    for (const line of more) {
      rows.push(current);
      current = ['  ', style ? [line, style] : line];
      used = 2 + textWidth(line);
    }
  });
  return used > 0 ? [...rows, current] : rows;
}

function since(from: number, to: number): string {
  const ms = to - from;
  return ms < 0.95 ? '+0 ms' : `+${duration(ms)}`;
}

/** `12:01:09.120` */
function exactTime(ms: number): string {
  return `${clockTime(ms)}.${String(Math.floor(ms) % 1000).padStart(3, '0')}`;
}
