import {safeText} from '../../payload/safe-text.ts';
import type {BulkState} from '../../session/bulk/bulk-sender.ts';
import {thousands} from '../../session/bulk/result-record.ts';
import {duration} from '../amounts.ts';
import {exactly, type Piece, row, wrap} from '../cells.ts';
import type {Area} from '../layout.ts';
import {titleBar} from '../panes/title.ts';
import type {Theme} from '../theme.ts';

const words = {
  running: '● sending',
  paused: '‖ paused',
  finishing: '… waiting for what is on its way',
  done: '✓ all sent',
  cancelled: '✗ cancelled',
  broken: '✗ broken off',
} as const;

/** What stands below the form: that lines are checked, or why nothing was sent. */
export function formRows(state: BulkState, hint: string, area: Area, theme: Theme): string[] {
  const {width, height} = area;
  if (state.kind === 'checking') {
    return exactly(
      [row([[` checking: ${thousands(state.lines)} lines so far, none sent`, theme.waiting]], width)],
      area,
    );
  }
  if (state.kind !== 'refused') return exactly([row([[` ${hint}`, theme.quiet]], width)], area);
  const {problems} = state;
  const shown = problems.length > height - 1 ? height - 2 : height - 1;
  return exactly(
    [
      row([[' Nothing was sent.', theme.bad]], width),
      ...problems.slice(0, shown).map(each => row([' ', [safeText(each), theme.bad]], width)),
      ...(problems.length > shown
        ? [row([[` and ${thousands(problems.length - shown)} more`, theme.bad]], width)]
        : []),
    ],
    area,
  );
}

/** How what is being sent stands. */
export function runRows(state: BulkState & {kind: 'run'}, area: Area, theme: Theme): string[] {
  const {run, total, rate, path} = state;
  const {status, sent, acknowledged, failed, unknown, pending, activeMs, problem} = run.figures;
  const {width} = area;
  const title = `IN BULK  ${words[status]}`;
  const share = total > 0 ? ` (${Math.floor((sent / total) * 100)} %)` : '';
  const numbers: Piece[] = [
    [` ✓ acknowledged ${thousands(acknowledged)}`, theme.good],
    [`  ✗ failed ${thousands(failed)}`, failed > 0 ? theme.bad : theme.quiet],
    [`  ? unknown ${thousands(unknown)}`, unknown > 0 ? theme.waiting : theme.quiet],
    [`  … pending ${thousands(pending)}`, pending > 0 ? theme.waiting : theme.quiet],
  ];
  return exactly(
    [
      titleBar(title, duration(activeMs), {width, focused: true, theme}),
      row([` sent ${thousands(sent)} of ${thousands(total)}${share}`, speed(sent, activeMs, rate)], width),
      row(numbers, width),
      ...(problem === null
        ? []
        : wrap(safeText(problem), width - 2).map(each => row([' ', [each, theme.bad]], width))),
      ...wrap(`results: ${safeText(path)}`, width - 2).map(each => row([' ', [each, theme.quiet]], width)),
    ],
    area,
  );
}

function speed(sent: number, activeMs: number, rate: number | null): string {
  const limit = rate === null ? '' : `, ${rate} at most`;
  if (activeMs < 500) return rate === null ? '' : ` · ${rate} a second at most`;
  return ` · ${thousands(Math.round((sent / activeMs) * 1000))} a second${limit}`;
}
