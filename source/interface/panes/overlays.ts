import {safeText} from '../../payload/safe-text.ts';
import type {Session} from '../../session/session.ts';
import {clockTime} from '../amounts.ts';
import {exactly, row, wrap} from '../cells.ts';
import type {Action} from '../keymap.ts';
import {shownKey} from '../keys.ts';
import type {Area} from '../layout.ts';
import type {Theme} from '../theme.ts';
import {titleBar} from './title.ts';

/** All keys, by where they count. */
export function helpLines(
  groups: readonly {readonly title: string; readonly actions: readonly Action[]}[],
  top: number,
  area: Area,
  theme: Theme,
): string[] {
  const {width, height} = area;
  const lines = groups.flatMap(({title, actions}) => [
    row([' ', [title, theme.strong]], width),
    ...actions.map(({keys, description}) =>
      row(['   ', [keys.map(shownKey).join('  ').padEnd(20), theme.accent], ' ', description], width),
    ),
    ' '.repeat(width),
  ]);
  return scrolled('HELP', lines, top, {width, height}, theme);
}

/** The log, the newest at the bottom; `top` null follows it. */
export function logLines({log}: Session, top: number | null, area: Area, theme: Theme): string[] {
  const {width, height} = area;
  const styles = {info: (text: string) => text, warning: theme.waiting, error: theme.bad};
  const lines = log.items.flatMap(({at, level, text}) =>
    wrap(safeText(text, {lines: true}), width - 12).map((line, index) =>
      row([` ${index === 0 ? clockTime(at) : '        '}  `, [line, styles[level]]], width),
    ),
  );
  if (lines.length === 0) lines.push(row([' Nothing happened yet.'], width));
  return scrolled('LOG', lines, top ?? lines.length, {width, height}, theme);
}

function scrolled(title: string, lines: readonly string[], top: number, area: Area, theme: Theme): string[] {
  const room = area.height - 1;
  const first = Math.max(0, Math.min(top, lines.length - room));
  const more =
    lines.length > room
      ? `lines ${first + 1}–${Math.min(first + room, lines.length)} of ${lines.length}`
      : '';
  const bar = titleBar(title, more, {width: area.width, focused: true, theme});
  return exactly([bar, ...lines.slice(first, first + room)], area);
}

/** The commands that match, one of them chosen. */
export function paletteLines(
  found: readonly (Action & {reason: string | null})[],
  at: number,
  area: Area,
  theme: Theme,
): string[] {
  const first = Math.max(0, Math.min(at - Math.floor(area.height / 2), found.length - area.height));
  const lines = found.slice(first, first + area.height).map((action, index) => {
    const chosen = first + index === at;
    const keys = action.keys.map(shownKey).join(' ').padEnd(18);
    const text = `${chosen ? '▸' : ' '} ${keys} ${action.description}${action.reason === null ? '' : ` (${action.reason})`}`;
    return row(
      [[text, chosen ? theme.selected : action.reason === null ? (each: string) => each : theme.quiet]],
      area.width,
    );
  });
  if (found.length === 0) lines.push(row([' No command is called so.'], area.width));
  return exactly(lines, area);
}

export function confirmLines(
  {title, question}: {readonly title: string; readonly question: string},
  area: Area,
  theme: Theme,
): string[] {
  return exactly(
    [
      titleBar(title, '', {width: area.width, focused: true, theme}),
      ...wrap(question, area.width - 2).map(line => row([' ', line], area.width)),
      ' '.repeat(area.width),
      row([' ', ['Enter yes   Esc no', theme.strong]], area.width),
    ],
    area,
  );
}
