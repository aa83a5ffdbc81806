import {safeText} from '../../payload/safe-text.ts';
import type {Obstacle, PartitionView} from '../../session/partitions.ts';
import type {Session} from '../../session/session.ts';
import {sayUnreadable} from '../../session/unreadable.ts';
import {again, clockTime, count, secondsUntil, sparkline} from '../amounts.ts';
import {exactly, type Piece, row, wrap} from '../cells.ts';
import type {Area} from '../layout.ts';
import type {Screen} from '../screen.ts';
import type {Theme} from '../theme.ts';
import {deadLetterAgain} from './state-word.ts';
import {titleBar} from './title.ts';

const columns = [
  ['P', 3],
  ['leader', 6],
  ['in sync', 7],
  ['first', 10],
  ['end', 10],
  ['processed', 10],
  ['committed', 10],
  ['lag', 8],
] as const;
const narrowColumns = [
  ['P', 3],
  ['end', 9],
  ['processed', 9],
  ['committed', 9],
  ['lag', 7],
] as const;
const wideFrom = 100;

/** The topic pane: how the topic stands, and where each partition is, with what holds it. */
export function topicLines(
  session: Session,
  screen: Screen,
  area: Area,
  {theme, focused}: {readonly theme: Theme; readonly focused: boolean},
): string[] {
  const {topic, partitions} = session;
  const {width, height} = area;
  const held = partitions.filter(({obstacle}) => obstacle !== null).length;
  const title = titleBar(
    `TOPIC ${safeText(session.place.topic)}  ${summary(session)}`,
    figures(session, held, width),
    {
      width,
      focused,
      theme,
    },
  );
  if (topic.status !== 'there' || partitions.length === 0) {
    return exactly([title, ...about(session, width, theme)], area);
  }
  const room = height - 2;
  const first = Math.max(0, Math.min(screen.partition - Math.floor(room / 2), partitions.length - room));
  const shown = partitions.slice(first, first + room);
  return exactly(
    [
      title,
      theme.quiet(header(width)),
      ...shown.map(view =>
        partitionRow(view, session, {
          width,
          theme,
          selected: focused && partitions[screen.partition] === view,
        }),
      ),
    ],
    area,
  );
}

function summary({topic}: Session): string {
  if (topic.status !== 'there')
    return {
      connecting: 'connecting',
      missing: 'not there',
      creating: 'being created',
      unreachable: 'no broker',
    }[topic.status];
  const replicas = Math.max(0, ...topic.partitions.map(each => each.replicas.length));
  const made = topic.createdAt === null ? '' : ` · created ${clockTime(topic.createdAt)}`;
  return `${count(topic.partitions.length, 'partition')} · rf ${replicas}${made}`;
}

function figures(session: Session, held: number, width: number): string {
  const {perSecond, history} = session.rate;
  const lag = lagOfAll(session.partitions);
  const {dropped} = session.stream;
  const isWide = width >= wideFrom;
  const hidden = dropped > 0 ? `  ${isWide ? 'not in view' : 'hidden'} ${dropped}` : '';
  return `${perSecond} msg/s${isWide ? ` ${sparkline(history.slice(-12))}` : ''}  lag ${lag}  held ${held}${hidden}`;
}

/** What lies beyond an end is told apart: it would hide the lag of others. `12`, `-90`, `12 and -90`. */
function lagOfAll(partitions: readonly PartitionView[]): string {
  const lags = partitions.map(({lag}) => lag);
  if (lags.length === 0 || lags.includes(null)) return '–';
  const sumOf = (wanted: (lag: bigint) => boolean) =>
    lags.filter(each => wanted(each!)).reduce<bigint>((sum, each) => sum + each!, 0n);
  const [behind, beyond] = [sumOf(lag => lag > 0n), sumOf(lag => lag < 0n)];
  if (beyond === 0n) return `${behind}`;
  return behind === 0n ? `${beyond}` : `${behind} and ${beyond}`;
}

function about({topic, now, place}: Session, width: number, theme: Theme): string[] {
  const lines = (text: string) => wrap(text, width - 2).map(line => row([' ', line], width));
  switch (topic.status) {
    case 'connecting':
      return lines(`Connecting to ${safeText(place.brokers)} … (${secondsUntil(now, topic.since)} s)`);
    case 'missing':
      return [
        row(
          [
            ' ',
            [`${safeText(place.topic)} is not there.`, theme.waiting],
            ' ',
            ['Enter creates it.', theme.strong],
          ],
          width,
        ),
      ];
    case 'creating':
      return lines(`Creating ${safeText(place.topic)}, waiting for every partition to have a leader …`);
    case 'unreachable':
      return [
        ...wrap(safeText(topic.explanation), width - 2).map(line => row([' ', [line, theme.bad]], width)),
        ...lines(`Trying ${again(topic.nextAttemptAt, now)}. r does not wait.`),
      ];
    case 'there':
      return lines('Looking at the partitions …');
  }
}

function chosen(width: number): readonly (readonly [string, number])[] {
  return width >= wideFrom ? columns : narrowColumns;
}

function header(width: number): string {
  return row([' ', ...chosen(width).map(([name, size]) => `${name.padStart(size)} `)], width);
}

function partitionRow(
  view: PartitionView,
  {now}: Session,
  {width, theme, selected}: {readonly width: number; readonly theme: Theme; readonly selected: boolean},
): string {
  const offset = (value: bigint | null) => (value === null ? '–' : `${value}`);
  const texts: Record<string, Piece> = {
    P: `${view.partition}`,
    leader: view.leader === null ? 'none' : `${view.leader}`,
    'in sync': `${view.inSync.length}/${view.replicas.length}`,
    first: offset(view.first),
    end: offset(view.end),
    processed: offset(view.processed),
    committed: offset(view.committed),
    lag: offset(view.lag),
  };
  const pieces: Piece[] = [' '];
  for (const [name, size] of chosen(width)) {
    const text = `${String(texts[name]).padStart(size)} `;
    const warns =
      (name === 'leader' && view.leader === null) ||
      (name === 'in sync' && view.inSync.length < view.replicas.length);
    if (selected && name === 'P') pieces.push([text, theme.selected]);
    else if (warns) pieces.push([text, theme.bad]);
    else if (name === 'lag' && view.lag !== null && view.lag !== 0n)
      pieces.push([text, view.lag > 0n ? theme.waiting : theme.bad]);
    else pieces.push(text);
  }
  if (view.obstacle) pieces.push(' ', ...obstaclePieces(view, view.obstacle, now, theme));
  else if (view.isPausedByCode) pieces.push([' ‖ paused by the processing code', theme.waiting]);
  else if (view.lag !== null && view.lag < 0n) pieces.push([` ✗ beyond the end by ${-view.lag}`, theme.bad]);
  else if (view.waiting) pieces.push([` ‖ ${view.waiting.offset} waits to be released`, theme.waiting]);
  else if (view.left > 0n)
    pieces.push([` ↺ replaying, ${view.left} to where the commit stays`, theme.waiting]);
  else if (!view.isOurs) pieces.push([' not consumed here', theme.quiet]);
  return row(pieces, width);
}

function obstaclePieces({partition}: PartitionView, obstacle: Obstacle, now: number, theme: Theme): Piece[] {
  switch (obstacle.status) {
    case 'held': {
      const {name, message} = obstacle.failure;
      const policy = obstacle.again ? `${deadLetterAgain(obstacle.again, now)}, ` : '';
      return [
        [
          `✗ held at ${obstacle.offset}: ${policy}${safeText(`${name}: ${message}`)} (attempt ${obstacle.attempt})`,
          theme.bad,
        ],
      ];
    }
    case 'retrying': {
      const {name, message} = obstacle.failure;
      const seconds = secondsUntil(obstacle.nextAttemptAt, now);
      return [
        [`↻ ${obstacle.offset} again in ${seconds} s: ${safeText(`${name}: ${message}`)}`, theme.waiting],
      ];
    }
    case 'dead-lettering':
      return [[`→ publishing ${obstacle.offset} as a dead letter`, theme.waiting]];
    case 'unreadable': {
      const said = safeText(sayUnreadable({...obstacle.batch, partition}));
      const skips = obstacle.batch.next === null ? '' : 's skips it, ';
      return [[`✗ ${said}. ${skips}r reads it again, w saves it`, theme.bad]];
    }
    case 'lost': {
      const {position, first, end, cause} = obstacle.lost;
      const why = {
        retention: `${position}–${first - 1n} no longer exist`,
        'beyond-end': `${position} is beyond the end ${end} by ${position - end}`,
        recreated: `${position} was of a topic that is gone`,
      }[cause];
      return [[`✗ position lost: ${why}. f goes on from ${first}, e at ${end}`, theme.bad]];
    }
  }
}
