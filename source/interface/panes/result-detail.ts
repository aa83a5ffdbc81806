import {positionOf} from '../../flow/message.ts';
import {safeBytes} from '../../payload/safe-text.ts';
import type {SearchResult} from '../../session/search.ts';
import {isoTime} from '../amounts.ts';
import {exactly, row} from '../cells.ts';
import type {Area} from '../layout.ts';
import {type ResultView, resultViews} from '../screen.ts';
import type {Theme} from '../theme.ts';
import {sizeOf, viewRows} from './message-views.ts';
import {titleBar} from './title.ts';

/** A result's whole message, in the view that was chosen, from line `top` on. */
export function resultDetailLines(
  result: SearchResult | null,
  {view, top}: {readonly view: ResultView; readonly top: number},
  area: Area,
  theme: Theme,
): string[] {
  const {width, height} = area;
  if (!result) {
    const title = titleBar('RETAINED MESSAGE', '', {width, focused: true, theme});
    return exactly([title, row([' Newer results took its place.'], width)], area);
  }
  const text = textRows(result, view, width - 2);
  const room = height - 3;
  const first = Math.max(0, Math.min(top, text.length - room));
  const more =
    text.length > room ? `lines ${first + 1}–${Math.min(first + room, text.length)} of ${text.length}` : '';
  const views = resultViews.flatMap(each => [
    [` ${each} `, each === view ? theme.selected : theme.quiet] as const,
    ' ',
  ]);
  const key = result.key === null ? 'null' : safeBytes(result.key, 24);
  return exactly(
    [
      titleBar(`RETAINED MESSAGE ${positionOf(result)}`, more, {width, focused: true, theme}),
      row([` key ${key}  ${sizeOf(result)}  ${isoTime(result.timestamp)}`], width),
      row([' ', ...views], width),
      ...text.slice(first, first + room).map(line => row([' ', line], width)),
    ],
    area,
  );
}

let last: {readonly of: SearchResult; readonly view: ResultView; readonly width: number; rows: string[]};

/** Kept while nothing changes, since a large value takes long to lay out. */
function textRows(result: SearchResult, view: ResultView, width: number): string[] {
  if (last?.of !== result || last.view !== view || last.width !== width)
    last = {of: result, view, width, rows: viewRows(result, view, width)};
  return last.rows;
}
