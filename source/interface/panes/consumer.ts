import {sayFaults} from '../../flow/faults.ts';
import {safeText} from '../../payload/safe-text.ts';
import {cutToWidth} from '../../payload/width.ts';
import type {Session} from '../../session/session.ts';
import {again, clockTime, count, secondsUntil} from '../amounts.ts';
import {exactly, row, wrap} from '../cells.ts';
import type {Area} from '../layout.ts';
import type {Screen} from '../screen.ts';
import type {Theme} from '../theme.ts';
import {filterProblem, indexFrom, visibleRows} from '../visible-rows.ts';
import {joinLines} from './join-lines.ts';
import {type MessageColumns, messageRow} from './message-row.ts';
import {mannerText, replayLines, stepLines} from './step-lines.ts';
import {stuckLines} from './stuck-lines.ts';
import {titleBar} from './title.ts';

type Look = {readonly theme: Theme; readonly focused: boolean; readonly columns: MessageColumns};

/** The consumer pane: how it stands with its group, and one row a message, the newest at the bottom. */
export function consumerLines(session: Session, screen: Screen, area: Area, look: Look): string[] {
  const {theme, focused} = look;
  const {counts} = session.stream;
  const rows = visibleRows(session, screen);
  const title = titleBar(
    `CONSUMER ${stateText(session)}${mannerText(session, area.width)}  ✓ ${counts.processed}  ✗ ${counts.failed}  ↷ ${counts.skipped}${
      counts.deadLettered > 0 ? `  → ${counts.deadLettered}` : ''
    }${counts.redelivered > 0 ? `  ↻ ${counts.redelivered} redelivered` : ''}`,
    followText(session, screen, area.width),
    {width: area.width, focused, theme},
  );
  const notice = [
    ...faultLines(session, area.width, theme),
    ...replayLines(session, area.width, theme),
    ...stepLines(session, area.width, theme),
    ...joinLines(session, area.width, theme),
    ...stuckLines(session, area.width, theme),
    ...noticeLines(session, area.width, theme),
  ];
  const room = Math.max(0, area.height - 1 - notice.length);
  if (rows.length === 0) {
    const isFiltered = screen.filter.trim() !== '';
    const nothing = isFiltered ? noMatch(screen, area.width, theme) : empty(session, area.width, theme);
    return exactly([title, ...notice, ...nothing], area);
  }
  const newest = rows.length - 1;
  const at = screen.row === null ? newest : indexFrom(rows, screen.row);
  const selected = rows[at]!.id;
  const last = screen.row === null ? newest : Math.min(newest, Math.max(at + Math.floor(room / 2), room - 1));
  const shown = rows.slice(Math.max(0, last + 1 - room), last + 1);
  const drawn = shown.map(each => {
    const line = messageRow(each, session, {width: area.width, theme, columns: look.columns});
    return focused && each.id === selected ? theme.selected('▸') + line.slice(1) : line;
  });
  return exactly([title, ...notice, ...drawn], area);
}

/** How the consumer stands, in a word or two. */
export function stateText({consumer, joining, now}: Session): string {
  if (joining) return joining.status === 'foreign' ? "? another's group" : '✗ not joined';
  switch (consumer.status) {
    case 'stopped':
      return consumer.reason === 'not-started' ? '○ not started' : '○ stopped';
    case 'connecting':
      return `◌ connecting ${secondsUntil(now, consumer.since)} s`;
    case 'joining':
      return '◌ joining';
    case 'running':
      return consumer.partitions.length === 0 ? '● running, no partition' : '● running';
    case 'rebalancing':
      return '◌ rebalancing';
    case 'asking':
      return '? where to start';
    case 'paused':
      return '‖ paused';
    case 'stopping':
      return '◌ stopping';
    case 'disconnected':
      return '✗ disconnected';
    case 'failed':
      return '✗ failed';
  }
}

function noMatch(screen: Screen, width: number, theme: Theme): string[] {
  const problem = filterProblem(screen);
  const text = problem
    ? `${safeText(problem)} Esc shows all.`
    : `No match in view for /${safeText(screen.filter)}. S searches the topic, Esc shows all.`;
  return wrap(text, width - 2).map(line => theme.quiet(row([' ', line], width)));
}

/** The handler's name may be a long command line; it never costs the word that says whether the pane follows. */
function followText(session: Session, screen: Screen, width: number): string {
  const {stream, place} = session;
  const filter = screen.filter.trim() === '' ? '' : `/${safeText(screen.filter)}  `;
  const handler = `${filter}${cutToWidth(safeText(place.handler), Math.max(10, Math.floor(width / 4)))}`;
  if (screen.row === null) return `${handler}  follow ↓`;
  const newer = Math.max(0, (stream.rows.at(-1)?.id ?? 0) - screen.leftAt);
  return `${handler}  paused · ${newer} new`;
}

/** What was put in on purpose, in every layout whole. */
function faultLines({faults}: Session, width: number, theme: Theme): string[] {
  const words = sayFaults(faults);
  if (words === '') return [];
  return wrap(`FAULTS ${words} – on purpose; ":" and "none" ends them`, width - 2).map(line =>
    row([' ', [line, theme.waiting]], width),
  );
}

/** What the person should know or decide before anything else. */
function noticeLines({consumer, question, now, place}: Session, width: number, theme: Theme): string[] {
  const lines = (text: string, style: (text: string) => string) =>
    wrap(text, width - 2).map(line => row([' ', [line, style]], width));
  if (question) {
    return [
      ...lines(
        `Group ${safeText(place.group)} has no committed offset yet, and ${count(question.retained, 'message')} ${question.retained === 1n ? 'is' : 'are'} there. Where to start?`,
        theme.waiting,
      ),
      ...lines(
        'b  from the beginning: all of them are processed\nn  only new ones: they are passed over',
        theme.strong,
      ),
    ];
  }
  switch (consumer.status) {
    case 'disconnected':
      return [
        ...lines(safeText(consumer.explanation), theme.bad),
        ...lines(`Trying ${again(consumer.nextAttemptAt, now)}. x stops.`, theme.quiet),
      ];
    case 'failed':
      return [...lines(safeText(consumer.explanation), theme.bad), ...lines('x starts again.', theme.quiet)];
    case 'joining':
    case 'rebalancing': {
      const waiting = now - consumer.since > 3000;
      const text = waiting
        ? `Waiting for a vanished member of the group, until ${clockTime(consumer.until)} at the latest.`
        : consumer.status === 'joining'
          ? `Joining group ${safeText(place.group)} …`
          : 'The group shares its partitions anew …';
      return lines(text, theme.waiting);
    }
    case 'paused':
      return lines('Paused by hand; p goes on.', theme.waiting);
    default:
      return [];
  }
}

function empty({consumer, joining, topic, partitions, step}: Session, width: number, theme: Theme): string[] {
  const line = (text: string) => [theme.quiet(row([' ', text], width))];
  if (joining) return [];
  if (consumer.status === 'stopped') {
    if (topic.status === 'missing') return line('The topic is not there yet.');
    return line('x starts the consumer.');
  }
  if (consumer.status !== 'running' || step) return [];
  const retained = partitions.some(({first, end}) => first !== null && end !== null && end > first);
  return line(
    retained
      ? 'Everything is processed; waiting for new messages.'
      : 'The topic is empty; waiting for messages.',
  );
}
