import {sayFaults} from '../flow/faults.ts';
import {safeText} from '../payload/safe-text.ts';
import type {Session} from '../session/session.ts';
import {again, secondsUntil} from './amounts.ts';
import {type Piece, row, spread, widthOf, wrap} from './cells.ts';
import type {Desk} from './desk.ts';
import {type Action, actionsAt, placeOf} from './keymap.ts';
import {shownKey} from './keys.ts';
import {stateText} from './panes/consumer.ts';
import type {Theme} from './theme.ts';

/** The first row: where we are. What matters most is not cut. */
export function headerLine(session: Session, width: number, theme: Theme): string {
  const {place, topic} = session;
  const faulty = sayFaults(session.faults) !== '';
  const start: Piece[] =
    (place.embedded || faulty) && width < 100 ? [] : [[' kafka-notify ', theme.title], ' '];
  if (place.embedded) {
    const short = ' EMBEDDED, NOT APACHE KAFKA ';
    const long = ' embedded broker – not Apache Kafka; its data ends with it ';
    start.push([width >= 130 ? long : short, theme.selected], ' ');
  }
  // Before all that may be cut: nobody should take what was put in on purpose for what happens by itself.
  if (faulty) start.unshift([' FAULTS ON ', theme.selected], ' ');
  if (session.step) start.unshift([' STEP ', theme.selected], ' ');
  start.push(safeText(place.brokers), '  ', [safeText(place.topic), theme.strong]);
  if (width >= 100) start.push(`  group ${safeText(place.group)}`);
  const broker: Piece =
    topic.status === 'unreachable'
      ? [`✗ no broker, ${again(topic.nextAttemptAt, session.now)} `, theme.bad]
      : topic.status === 'connecting'
        ? [`◌ connecting ${secondsUntil(session.now, topic.since)} s `, theme.waiting]
        : [`● connected `, theme.good];
  return spread(start, [broker], width);
}

/** The last row: what the person was just told, else what can be done here, the most useful first. */
export function footerLine(desk: Desk, width: number, theme: Theme): string {
  const {session, screen} = desk;
  if (screen.overlay?.kind === 'leaving') {
    const seconds = secondsUntil(session.now, screen.overlay.since);
    return row(
      [
        [
          ` Leaving: finishing what is in hand, then ${session.faults.stopBeforeCommit ? 'not committing, on purpose' : 'committing'} (${seconds} s). Ctrl+C leaves at once.`,
          theme.waiting,
        ],
      ],
      width,
    );
  }
  if (session.flash) {
    const {text, level} = session.flash;
    const style = {info: theme.strong, warning: theme.waiting, error: theme.bad}[level];
    return row([' ', [safeText(text), style]], width);
  }
  return row(hints(desk, width - 1, theme), width);
}

function hints(desk: Desk, width: number, theme: Theme): Piece[] {
  const usable = actionsAt(placeOf(desk))
    .filter(action => action.hint !== undefined && (action.whyNot?.(desk) ?? null) === null)
    .sort((left, right) => right.hint! - left.hint!);
  const pieces: Piece[] = [' '];
  for (const action of usable) {
    const next: Piece[] = [[shownKey(action.keys[0]!), theme.accent], ` ${titleOf(action, desk)}  `];
    if (widthOf([...pieces, ...next]) > width) break;
    pieces.push(...next);
  }
  return pieces;
}

function titleOf({id, title}: Action, {session}: Desk): string {
  const {status} = session.consumer;
  if (id === 'consumer')
    return status === 'stopped' || status === 'failed' ? 'start consumer' : 'stop consumer';
  if (id === 'pause') return status === 'paused' ? 'resume' : 'pause';
  if (id === 'create-topic')
    return session.topic.status === 'missing' ? 'create topic' : 'show what holds it';
  return title;
}

/** For a terminal that cannot hold the panes. */
export function tooSmallLines(
  session: Session,
  columns: number,
  rows: number,
  needs: {width: number; height: number},
): string[] {
  const lines = [
    ...wrap(`Enlarge this window to ${needs.width}×${needs.height} (it is ${columns}×${rows}).`, columns),
    ...wrap(`consumer ${stateText(session)} · everything goes on`, columns),
    ...(sayFaults(session.faults) === '' ? [] : wrap(`FAULTS ON: ${sayFaults(session.faults)}`, columns)),
  ];
  return Array.from({length: rows}, (_, at) => row([lines[at] ?? ''], columns));
}
