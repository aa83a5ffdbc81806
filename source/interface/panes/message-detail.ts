import {positionOf} from '../../flow/message.ts';
import {safeBytes} from '../../payload/safe-text.ts';
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
  const text: readonly (string | readonly Piece[])[] =
    view === 'life' ? lifeRows(message, session, width - 2, theme) : textRows(message, view, width - 2);
  const room = height - 4;
  const first = Math.max(0, Math.min(top, text.length - room));
  const more =
    text.length > room ? `lines ${first + 1}–${Math.min(first + room, text.length)} of ${text.length}` : '';
  const committed = session.isRowCommitted(message);
  return exactly(
    [
      titleBar(`MESSAGE ${positionOf(message)}`, more, {width, focused: true, theme}),
      row(
        [
          ` key ${message.key === null ? 'null' : safeBytes(message.key, 24)}  ${sizeOf(message)}  ${isoTime(message.timestamp)}  `,
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
      ...text
        .slice(first, first + room)
        .map(line => row([' ', ...(typeof line === 'string' ? [line] : line)], width)),
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
  rows: string[];
} | null = null;

/** The view's rows; kept while nothing changes, since a large value takes long to lay out. */
function textRows(message: Row, view: TextView, width: number): string[] {
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

function makeRows(message: Row, view: TextView, width: number): string[] {
  if (view === 'attempts') return attemptRows(message, width);
  return viewRows(message, view, width, message.message?.value ?? message.value);
}
