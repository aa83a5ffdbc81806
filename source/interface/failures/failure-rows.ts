import {safeText} from '../../payload/safe-text.ts';
import {padToWidth} from '../../payload/width.ts';
import {countOf, type OpenFailure, openFailures} from '../../session/failures.ts';
import type {Session} from '../../session/session.ts';
import {age, count, secondsUntil} from '../amounts.ts';
import {cell, exactly, type Piece, row} from '../cells.ts';
import type {Area} from '../layout.ts';
import {type MessageColumns, summaryOf} from '../panes/message-row.ts';
import {policyCell} from '../panes/state-word.ts';
import {titleBar} from '../panes/title.ts';
import type {Style, Theme} from '../theme.ts';
import type {FailureOverlay} from './failure-overlay.ts';

type Look = {readonly theme: Theme; readonly columns: MessageColumns};

/** Everything that is held, tried again, lost or cannot be read, one row each, alike ones under a row that counts them. */
export function failureLines(session: Session, list: FailureOverlay, area: Area, look: Look): string[] {
  const {width, height} = area;
  const {theme} = look;
  const failures = openFailures(session);
  const behind = failures.reduce((sum, each) => sum + (each.behind ?? 0n), 0n);
  const title = titleBar(
    `FAILURES  ${sayCounts(failures) || 'none'}`,
    failures.length === 0 ? '' : `${behind} behind · ${count(session.partitions.length, 'partition')}`,
    {width, focused: true, theme},
  );
  if (failures.length === 0)
    return exactly(
      [title, row([' ', ['Nothing is held or tried again. Esc goes back.', theme.quiet]], width)],
      area,
    );
  const lines: string[] = [];
  let chosen = 0;
  for (const [at, failure] of failures.entries()) {
    if (failures[at - 1]?.name !== failure.name) {
      const alike = failures.filter(({name}) => name === failure.name);
      lines.push(row([' ', [safeText(failure.name), theme.strong], `  ${sayCounts(alike)}`], width));
    }
    const {selected} = list;
    const isSelected = selected?.partition === failure.partition && selected.offset === failure.offset;
    if (isSelected) chosen = lines.length;
    const line = failureRow(failure, session, width, look);
    lines.push(isSelected ? theme.selected('▸') + line.slice(1) : line);
  }
  const room = height - 2;
  const first = Math.max(0, Math.min(chosen - Math.floor(room / 2), lines.length - room));
  return exactly([title, headingRow(width, theme), ...lines.slice(first, first + room)], area);
}

function sayCounts(failures: readonly OpenFailure[]): string {
  const words = {
    held: 'held',
    retrying: 'retrying',
    'dead-lettering': 'on the way to the dead-letter topic',
    lost: 'lost',
    unreadable: "can't be read",
  } as const;
  return (Object.keys(words) as OpenFailure['status'][])
    .map(status => [countOf(failures, status), words[status]] as const)
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`)
    .join(' · ');
}

/** How wide each column is; a key and a type only where there is room. */
function columnsIn(width: number) {
  const wide = width >= 130;
  const narrow = width < 80;
  return {
    state: narrow ? 12 : 13,
    position: wide ? 12 : 9,
    behind: wide ? 8 : 6,
    key: narrow ? 0 : wide ? 14 : 8,
    type: narrow ? 0 : wide ? 18 : 12,
    tellsWhere: wide,
  };
}

function headingRow(width: number, theme: Theme): string {
  const columns = columnsIn(width);
  const text = [
    ` ${cell('', columns.state)} ${cell('message', columns.position)}  age ${cell('try', 4, 'end')}`,
    ` ${cell('behind', columns.behind, 'end')}`,
    columns.key > 0 ? `  ${cell('key', columns.key)} ${cell('type', columns.type)}` : '',
  ];
  return theme.quiet(row([text.join('')], width));
}

function failureRow(failure: OpenFailure, session: Session, width: number, {theme, columns}: Look): string {
  const {partition, offset, since, behind, row: message, text, status} = failure;
  const [word, style] = stateOf(failure, session.now, theme);
  const widths = columnsIn(width);
  const {key, type} = message ? summaryOf(message, columns) : {key: '', type: ''};
  const pieces: Piece[] = [
    ' ',
    [padToWidth(word, widths.state), style],
    ` ${cell(`${partition}@${offset}`, widths.position)}`,
    ` ${cell(since === null ? '' : age(session.now - since), 4, 'end')}`,
    ` ${cell(attemptsOf(failure), 4, 'end')}`,
    ` ${cell(behind === null ? '' : `+${behind}`, widths.behind, 'end')}`,
  ];
  if (widths.key > 0) pieces.push(`  ${cell(key, widths.key)} ${cell(type, widths.type)}`);
  const where = message?.state && 'failure' in message.state ? message.state.failure?.where : undefined;
  const last = widths.tellsWhere && where !== undefined ? `${text}  ${where}` : text;
  pieces.push('  ', [safeText(last), status === 'retrying' ? theme.quiet : theme.bad]);
  return row(pieces, width);
}

function stateOf({status, row: message}: OpenFailure, now: number, theme: Theme): readonly [string, Style] {
  switch (status) {
    case 'held': {
      const again = message?.state.status === 'held' && message.state.again;
      return [again ? policyCell(again, now) : '✗ held', theme.bad];
    }
    case 'lost':
      return ['✗ lost', theme.bad];
    case 'unreadable':
      return ['✗ unreadable', theme.bad];
    case 'dead-lettering':
      return ['→ to dlt …', theme.accent];
    case 'retrying': {
      const at = message?.state.status === 'retrying' ? message.state.nextAttemptAt : now;
      return [`↻ retry ${secondsUntil(at, now)} s`, theme.waiting];
    }
  }
}

function attemptsOf({row: message}: OpenFailure): string {
  if (!message || !('attempts' in message.state)) return '';
  return `${message.state.attempt}/${message.state.attempts}`;
}
