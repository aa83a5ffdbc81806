import {positionOf} from '../../flow/message.ts';
import {bytesToldApart} from '../../payload/told-apart.ts';
import type {Row} from '../../session/row.ts';
import type {Session} from '../../session/session.ts';
import {isoTime} from '../amounts.ts';
import {exactly, type Piece, row} from '../cells.ts';
import type {Area} from '../layout.ts';
import {type DetailView, detailViews} from '../screen.ts';
import type {Theme} from '../theme.ts';
import {attemptRows} from './attempts.ts';
import {lifeRows} from './life.ts';
import {sizeOf, viewRows} from './message-views.ts';
import {stateWord} from './state-word.ts';
import {titleBar} from './title.ts';
import {ViewRows} from './view-rows.ts';

/** A whole message, in the view that was chosen, from line `top` on. */
export function detailLines(
  message: Row | null,
  session: Session,
  {view, top}: {readonly view: DetailView; readonly top: number},
  area: Area,
  theme: Theme,
): string[] {
  const {width, height} = area;
  if (!message) {
    return exactly(
      [titleBar('MESSAGE', '', {width, focused: true, theme}), row([' It is no longer in view.'], width)],
      area,
    );
  }
  const views: ViewRows<string | readonly Piece[]> =
    view === 'life'
      ? new ViewRows<string | readonly Piece[]>(1, () => lifeRows(message, session, width - 2, theme))
      : textRows(message, view, width - 2);
  const {rows, place} = views.window(top, height - 4);
  const committed = session.isRowCommitted(message);
  return exactly(
    [
      titleBar(`MESSAGE ${positionOf(message)}`, place, {width, focused: true, theme}),
      row(
        [
          ` key ${bytesToldApart(message.key, 24)}  ${sizeOf(message)}  ${isoTime(message.timestamp)}  `,
          ...stateWord(message, committed, session.now, theme),
        ],
        width,
      ),
      row(
        [
          ' ',
          ...detailViews.flatMap(each => [
            [` ${each} `, each === view ? theme.selected : theme.quiet] as const,
            ' ',
          ]),
        ],
        width,
      ),
      ...rows.map(line => row([' ', ...(typeof line === 'string' ? [line] : line)], width)),
    ],
    area,
  );
}

/** Views that change only with the message itself. */
type TextView = Exclude<DetailView, 'life'>;

let last: {
  message: Row;
  state: unknown;
  attempts: number;
  view: TextView;
  width: number;
  rows: ViewRows;
} | null = null;

/** The view's rows; kept while nothing changes, since a large value takes long to lay out. */
function textRows(message: Row, view: TextView, width: number): ViewRows {
  const same =
    last?.message === message &&
    last.state === message.state &&
    last.attempts === message.attempts.length &&
    last.view === view &&
    last.width === width;
  if (!same) {
    const {state, attempts} = message;
    last = {message, state, attempts: attempts.length, view, width, rows: makeRows(message, view, width)};
  }
  return last!.rows;
}

function makeRows(message: Row, view: TextView, width: number): ViewRows {
  if (view === 'attempts') return new ViewRows(1, () => attemptRows(message, width));
  return viewRows(message, view, width, message.message?.value ?? message.value);
}
