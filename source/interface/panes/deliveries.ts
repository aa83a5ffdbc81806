import type {Delivery} from '../../flow/delivery.ts';
import {positionOf} from '../../flow/message.ts';
import {safeBytes, safeText} from '../../payload/safe-text.ts';
import type {Session} from '../../session/session.ts';
import {duration} from '../amounts.ts';
import {exactly, type Piece, row} from '../cells.ts';
import type {Area} from '../layout.ts';
import type {Screen} from '../screen.ts';
import type {Theme} from '../theme.ts';
import {deliveryFigures} from './delivery-figures.ts';
import {stateWord} from './state-word.ts';
import {titleBar} from './title.ts';

/** Every publish with what is known of it, the newest on top, and what became of its message. */
export function deliveryLines(
  session: Session,
  screen: Screen,
  area: Area,
  {theme, focused}: {readonly theme: Theme; readonly focused: boolean},
): string[] {
  const {items} = session.deliveries;
  const {width, height} = area;
  const title = session.inBulk ? `DELIVERIES  ${session.inBulk()}` : 'DELIVERIES';
  const bar = titleBar(title, deliveryFigures(session, width - title.length - 4), {width, focused, theme});
  if (items.length === 0) {
    return exactly(
      [bar, theme.quiet(row([' nothing published yet: Ctrl+S publishes the draft'], width))],
      area,
    );
  }
  const newestFirst = [...items].reverse();
  const selected = Math.max(
    0,
    newestFirst.findIndex(({id}) => id === screen.delivery),
  );
  const room = height - 1;
  const first = Math.max(0, Math.min(selected - Math.floor(room / 2), newestFirst.length - room));
  const rows = newestFirst.slice(first, first + room).map((delivery, at) => {
    const line = row([' ', ...pieces(delivery, session, theme)], width);
    return focused && first + at === selected ? theme.selected('▸') + line.slice(1) : line;
  });
  return exactly([bar, ...rows], area);
}

function pieces({state, draft, sentAt}: Delivery, session: Session, theme: Theme): Piece[] {
  switch (state.status) {
    case 'pending':
      return [[`… pending ${duration(session.now - sentAt)}`, theme.waiting], `  ${preview(draft.value)}`];
    case 'failed':
      return [[`✗ failed ${safeText(state.reason)}`, theme.bad]];
    case 'unknown':
      return [[`? unknown ${safeText(state.reason)}`, theme.waiting]];
    case 'acknowledged': {
      const became = session.stream.rowAt(state.partition, state.offset);
      const committed = session.isCommitted(state.partition, state.offset);
      const after: Piece[] = became
        ? [' → ', ...stateWord(became, committed, session.now, theme)]
        : committed
          ? [' → ', ['committed', theme.good]]
          : [];
      return [
        ['✓ acknowledged', theme.good],
        ` ${positionOf(state)}  ${duration(state.latencyMs)}`,
        ...after,
        [`  ${preview(draft.value)}`, theme.quiet],
      ];
    }
  }
}

function preview(value: Buffer | null): string {
  return value === null ? 'null: a tombstone' : safeBytes(value.subarray(0, 200), 16);
}
