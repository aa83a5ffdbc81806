import type {Message} from '../../flow/message.ts';
import {safeText} from '../../payload/safe-text.ts';
import {bytesToldApart} from '../../payload/told-apart.ts';
import type {Session} from '../../session/session.ts';
import {row, wrap} from '../cells.ts';
import type {Theme} from '../theme.ts';

/** From here on the title has room for the words. */
const wide = 90;
/** Messages that wait, told by name. */
const mostShown = 3;
/** As much of a value as a row may show. */
const preview = 400;

/** For the title of the consumer: what is unusual about how messages come. */
export function mannerText({step, partitions}: Session, width: number): string {
  const replaying = partitions.some(({left}) => left > 0n);
  return `${step ? '  STEP' : ''}${replaying ? (width < wide ? '  ↺' : '  ↺ replaying, commit stays') : ''}`;
}

/** Where the title has no room for it. */
export function replayLines({partitions}: Session, width: number, theme: Theme): string[] {
  const left = partitions.reduce((sum, each) => sum + each.left, 0n);
  if (left === 0n || width >= wide) return [];
  return [row([' ', [`↺ replaying, ${left} left below the commit, which stays`, theme.waiting]], width)];
}

/** Step by step: what waits to be released. */
export function stepLines({step, partitions}: Session, width: number, theme: Theme): string[] {
  if (!step) return [];
  const waiting = partitions.flatMap(each => each.waiting ?? []);
  const more = waiting.length - mostShown;
  const told = `${waiting.length} ${waiting.length === 1 ? 'waits' : 'wait'}`;
  return [
    ...wrap(`STEP BY STEP · . releases one · o lets all flow · ${told}`, width - 2).map(line =>
      row([' ', [line, theme.waiting]], width),
    ),
    ...waiting.slice(0, mostShown).map(message => waitingRow(message, width, theme)),
    ...(more > 0 ? [row([`   and ${more} more`], width)] : []),
  ];
}

function waitingRow({partition, offset, key, value}: Message, width: number, theme: Theme): string {
  const text = value === null ? 'null: a tombstone' : safeText(value.toString('utf8', 0, preview));
  return row(
    [
      '   ‖ ',
      [`${partition}@${offset}`, theme.strong],
      ...(key === null ? [] : ([`  ${bytesToldApart(key.subarray(0, preview))}`] as const)),
      [`  ${text}`, theme.quiet],
    ],
    width,
  );
}
