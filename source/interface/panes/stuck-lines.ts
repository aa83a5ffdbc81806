import {safeText} from '../../payload/safe-text.ts';
import {openFailures} from '../../session/failures.ts';
import type {Session} from '../../session/session.ts';
import {row, wrap} from '../cells.ts';
import type {Theme} from '../theme.ts';

/** Partitions that wait for the person without a message that would show it: unreadable, or the position is lost. */
export function stuckLines(session: Session, width: number, theme: Theme): string[] {
  const stuck = openFailures(session).filter(({status}) => status === 'lost' || status === 'unreadable');
  const [first] = stuck;
  if (!first) return [];
  const {partition, offset, name, text} = first;
  const others = stuck.length > 1 ? `, and ${stuck.length - 1} more` : '';
  const said = safeText(`✗ ${partition}@${offset} ${name}: ${text}${others}. F lists what can be done.`);
  return wrap(said, width - 2).map(line => row([' ', [line, theme.bad]], width));
}
