import {positionOf} from '../../flow/message.ts';
import {safeText} from '../../payload/safe-text.ts';
import {grouped, type Search, type SearchResult, sayProgress} from '../../session/search.ts';
import type {Session} from '../../session/session.ts';
import {sayUnreadable} from '../../session/unreadable.ts';
import {age} from '../amounts.ts';
import {cell, exactly, type Piece, row, wrap} from '../cells.ts';
import type {Area} from '../layout.ts';
import type {Theme} from '../theme.ts';
import {type MessageColumns, summaryOf} from './message-row.ts';
import {titleBar} from './title.ts';

type Look = {readonly theme: Theme; readonly columns: MessageColumns};

/** What a search found among the retained messages, the newest on top, and how far it came. */
export function searchLines(
  session: Session,
  selected: SearchResult | null,
  area: Area,
  look: Look,
): string[] {
  const {search, now} = session;
  const {theme, columns} = look;
  const {width} = area;
  if (!search) return exactly([titleBar('SEARCH', '', {width, focused: true, theme})], area);
  const {text, results} = search;
  const what = text.filter.trim() === '' ? 'all messages' : `/${safeText(text.filter.trim())}`;
  const title = titleBar(`SEARCH ${what}  from ${safeText(text.from.trim())}`, standing(search), {
    width,
    focused: true,
    theme,
  });
  const notice = noticeOf(search, theme).flatMap(([words, style]) =>
    wrap(words, width - 2).map(line => row([' ', [line, style]], width)),
  );
  const room = Math.max(0, area.height - 1 - notice.length);
  const at = selected ? results.indexOf(selected) : 0;
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), results.length - room));
  const shown = results.slice(first, first + room).map(each => {
    const line = resultRow(each, now, width, look.theme, columns);
    return each === selected ? theme.selected('▸') + line.slice(1) : line;
  });
  return exactly([title, ...notice, ...shown], area);
}

/** `◌ searched 12,000 of 80,000 so far · 14 found` */
function standing({state, progress, found}: Search): string {
  const glyph = {searching: '◌', complete: '✓', stopped: '‖ stopped:', failed: '✗'}[state.status];
  const soFar = state.status === 'complete' ? '' : ' so far';
  return `${glyph} ${sayProgress(progress)}${soFar} · ${grouped(found)} found`;
}

/** So many batches that cannot be read are named. */
const mostUnreadable = 3;

/** What is to be said beside the results: that there are none, that they are not all, and why. */
function noticeOf(
  {state, progress, found, results, text}: Search,
  theme: Theme,
): [string, (text: string) => string][] {
  const lines: [string, (text: string) => string][] = [];
  const {covered, total, gone, unreadable} = progress;
  const extent = total === null ? '' : `${grouped(covered)} of ${grouped(total)}`;
  if (state.status === 'failed')
    lines.push([`Not searched to the end. ${safeText(state.explanation)}`, theme.bad]);
  if (state.status === 'stopped')
    lines.push([`Stopped by hand: there may be more in what was not searched.`, theme.waiting]);
  if (found === 0 && total !== null)
    lines.push([noMatch(state.status === 'complete', extent, text.from), theme.quiet]);
  if (found > results.length)
    lines.push([
      `The newest ${grouped(results.length)} of ${grouped(found)} are kept here; kafka-notify peek gives all.`,
      theme.quiet,
    ]);
  if (gone > 0n)
    lines.push([`${grouped(gone)} were removed from the topic before they were searched.`, theme.waiting]);
  for (const each of unreadable.slice(0, mostUnreadable))
    lines.push([`Not searched: ${safeText(sayUnreadable(each))}.`, theme.bad]);
  if (unreadable.length > mostUnreadable)
    lines.push([`${unreadable.length - mostUnreadable} more batches cannot be read.`, theme.bad]);
  return lines;
}

function noMatch(isComplete: boolean, extent: string, from: string): string {
  if (!isComplete) return `No match in ${extent} so far.`;
  if (from.trim() === 'beginning') return `No match in ${extent}: that is all the topic retains.`;
  return `No match in ${extent} from ${safeText(from.trim())} on. b searches from the beginning.`;
}

/** One retained message on one row of exactly `width` columns; the narrower, the fewer columns. */
function resultRow(
  result: SearchResult,
  now: number,
  width: number,
  theme: Theme,
  columns: MessageColumns,
): string {
  const {key, type, recipient} = summaryOf(result, columns);
  const wide = width >= 110;
  const pieces: Piece[] = [
    ' ',
    ` ${cell(positionOf(result), wide ? 13 : 10)}`,
    ` ${cell(age(now - result.timestamp), 4, 'end')}`,
    `  ${cell(key, wide ? 14 : 8)}`,
    ` ${cell(type, wide ? 18 : 12)}`,
    ` ${cell(recipient, wide ? 22 : 14)}`,
  ];
  if (width >= 74) pieces.push('  ', [preview(result, width), theme.quiet]);
  return row(pieces, width);
}

/** The value's beginning, on one line. */
function preview({value}: SearchResult, width: number): string {
  if (value === null) return 'tombstone';
  return safeText(value.subarray(0, width * 4).toString('utf8'));
}
