import {sayWaiting, sayWhoWorks} from '../../flow/foreign-group.ts';
import {safeText} from '../../payload/safe-text.ts';
import type {Session} from '../../session/session.ts';
import {row, wrap} from '../cells.ts';
import type {Theme} from '../theme.ts';

/** The group is somebody else's, or that could not be seen: who, what joining would mean, and what can be done. */
export function joinLines({joining, place}: Session, width: number, theme: Theme): string[] {
  const lines = (text: string, style: (text: string) => string) =>
    wrap(text, width - 2).map(line => row([' ', [line, style]], width));
  const group = safeText(place.group);
  switch (joining?.status) {
    case 'foreign': {
      const {foreign, mayJoin} = joining;
      const would = mayJoin
        ? `Joining would count ${sayWaiting(foreign)} as processed.`
        : `The built-in check would mark ${sayWaiting(foreign)} as processed that nobody sent.`;
      return [
        ...lines(`Group ${group} is another program's: ${safeText(sayWhoWorks(foreign))}.`, theme.waiting),
        ...lines(would, theme.waiting),
        ...lines(
          `${mayJoin ? 'J  join all the same\n' : ''}S  look at the messages instead; no group hears of it\nEsc  leave the group alone`,
          theme.strong,
        ),
        ...(mayJoin
          ? []
          : lines(
              'To join all the same, start with a handler of your own, or --join-foreign-group.',
              theme.quiet,
            )),
      ];
    }
    case 'unknown':
      return [
        ...lines(`Whether group ${group} is another program's could not be seen:`, theme.bad),
        ...lines(safeText(joining.explanation), theme.bad),
        ...lines('Nothing was joined. x looks again, Esc leaves it.', theme.quiet),
      ];
    default:
      return [];
  }
}
