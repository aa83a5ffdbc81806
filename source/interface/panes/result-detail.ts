import {positionOf} from '../../flow/message.ts';
import {bytesToldApart} from '../../payload/told-apart.ts';
import type {SearchResult} from '../../session/search.ts';
import {isoTime} from '../amounts.ts';
import {exactly, row} from '../cells.ts';
import type {Area} from '../layout.ts';
import {type ResultView, resultViews} from '../screen.ts';
import type {Theme} from '../theme.ts';
import {sizeOf, viewRows} from './message-views.ts';
import {titleBar} from './title.ts';
import type {ViewRows} from './view-rows.ts';

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
  const {rows, place} = textRows(result, view, width - 2).window(top, height - 3);
  const views = resultViews.flatMap(each => [
    [` ${each} `, each === view ? theme.selected : theme.quiet] as const,
    ' ',
  ]);
  return exactly(
    [
      titleBar(`RETAINED MESSAGE ${positionOf(result)}`, place, {width, focused: true, theme}),
      row([` key ${bytesToldApart(result.key, 24)}  ${sizeOf(result)}  ${isoTime(result.timestamp)}`], width),
      row([' ', ...views], width),
      ...rows.map(line => row([' ', line], width)),
    ],
    area,
  );
}

let last: {readonly of: SearchResult; readonly view: ResultView; readonly width: number; rows: ViewRows};

/** Kept while nothing changes, since a large value takes long to lay out. */
function textRows(result: SearchResult, view: ResultView, width: number): ViewRows {
  if (last?.of !== result || last.view !== view || last.width !== width)
    last = {of: result, view, width, rows: viewRows(result, view, width)};
  return last.rows;
}
