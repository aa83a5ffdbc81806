import type {DeadLetterAgain} from '../../flow/events.ts';
import {safeText} from '../../payload/safe-text.ts';
import type {Row} from '../../session/row.ts';
import {again, duration, secondsUntil} from '../amounts.ts';
import type {Piece} from '../cells.ts';
import type {Theme} from '../theme.ts';

/** How a message stands, by glyph, word and colour, so that each alone tells it. */
export function stateWord(
  {state, offset, isCommitted}: Row,
  committed: boolean,
  now: number,
  theme: Theme,
): readonly Piece[] {
  switch (state.status) {
    case 'processed':
      if (isCommitted === false)
        return [[`processed ${duration(state.durationMs)}, not committed, redelivered`, theme.waiting]];
      return committed
        ? [`${duration(state.durationMs)} → `, [`committed ${offset + 1n}`, theme.good]]
        : [[`processed ${duration(state.durationMs)}`, theme.waiting]];
    case 'retrying':
      return [[again(state.nextAttemptAt, now), theme.waiting]];
    case 'held':
      return [[`held: ${safeText(state.failure.message)}`, theme.bad]];
    case 'failed':
      return [['failed', theme.bad]];
    case 'behind':
      return [[`behind ${state.heldAt}`, theme.quiet]];
    case 'skipped':
    case 'dead-lettered':
    case 'replaced':
      return [[`${state.status}${committed ? ` → committed ${offset + 1n}` : ''}`, theme.quiet]];
    case 'moved':
      return [['moved, redelivered', theme.quiet]];
    case 'gone':
      return [['gone with its topic', theme.quiet]];
  }
}

/** When the failure policy tries a dead letter again that could not be written. */
export function deadLetterAgain({at, mayDuplicate}: DeadLetterAgain, now: number): string {
  const twice = mayDuplicate ? ' (it may be there twice then)' : '';
  return `dead letter ${again(at, now)}${twice}`;
}

/** The same in a cell of 13 columns: nobody has to do anything, unless they want to. */
export function policyCell({at}: DeadLetterAgain, now: number): string {
  return `→ dlt in ${secondsUntil(at, now)} s`;
}

/** The first column of a row: glyph and word, at most 13 columns. */
export function stateCell({state, isCommitted}: Row, committed: boolean, now: number, theme: Theme): Piece {
  switch (state.status) {
    case 'processed':
      if (isCommitted === false) return ['✓ uncommitted', theme.waiting];
      return committed ? ['✓ committed', theme.good] : ['✓ processed', theme.waiting];
    case 'retrying':
      return [`↻ retry ${secondsUntil(state.nextAttemptAt, now)} s`, theme.waiting];
    case 'held':
      return [state.again ? policyCell(state.again, now) : '✗ held', theme.bad];
    case 'failed':
      return ['✗ failed', theme.bad];
    case 'behind':
      return ['… behind', theme.quiet];
    case 'skipped':
      return [committed ? '↷ skipped ✓' : '↷ skipped', theme.quiet];
    case 'dead-lettered':
      return [committed ? '→ to dlt ✓' : '→ to dlt', theme.accent];
    case 'replaced':
      return [committed ? '⇄ replaced ✓' : '⇄ replaced', theme.accent];
    case 'moved':
      return ['» moved', theme.quiet];
    case 'gone':
      return ['∅ gone', theme.quiet];
  }
}
