import {openFailures} from '../../session/failures.ts';
import type {Row} from '../../session/row.ts';
import {count} from '../amounts.ts';
import type {Desk} from '../desk.ts';
import {keepingList, openedAt, selectedFailure} from '../failures/selected-failure.ts';
import type {Action} from '../keymap.ts';
import {notHeldYet, selectedRow, whyNoDeadLetter} from './consumer.ts';
import {whyNoMessage} from './unreadable.ts';

/** For all that failed alike: from the palette where a message is pointed at, by a key in the list of failures. */
const skipAlike: Action = {
  id: 'skip-alike',
  keys: [],
  scope: 'message',
  title: 'skip alike',
  description: 'Skip every held message for good that failed in the same way, with one reason',
  whyNot: whyNotHeld,
  run: desk => {
    const messages = heldAlike(desk);
    desk.screen.change({overlay: {kind: 'skip', messages, reason: '', ...keepingList(desk)}});
  },
};

const deadLetterAlike: Action = {
  id: 'dead-letter-alike',
  keys: [],
  scope: 'message',
  title: 'dead-letter alike',
  description: 'Dead-letter every held message that failed in the same way',
  whyNot: desk => whyNotHeld(desk) ?? whyNoDeadLetter(desk),
  run: desk => {
    const messages = heldAlike(desk);
    const all = count(messages.length, 'message');
    desk.screen.change({
      overlay: {
        kind: 'confirm',
        title: `DEAD-LETTER ${all}`,
        question: `Publishes ${all} that failed alike to the dead-letter topic; each is final only once that is acknowledged.`,
        run: () => {
          const done = messages.filter(({partition, offset}) =>
            desk.workbench?.deadLetter(partition, offset),
          );
          desk.session.say('info', `Publishing ${count(done.length, 'message')} to the dead-letter topic.`);
        },
        ...keepingList(desk),
      },
    });
  },
};

export const failureActions: readonly Action[] = [
  {
    id: 'failures',
    keys: ['F'],
    scope: 'panes',
    title: 'failures',
    description: "Everything that is held, tried again, lost or can't be read, over all partitions",
    hint: 36,
    whyNot: ({session}) =>
      openFailures(session).length > 0 ? null : 'Nothing is held, tried again, lost or unreadable.',
    run: ({screen, session}) => screen.change({overlay: openedAt(session, 0)}),
  },
  motion('up', ['up', 'k'], 'The failure above', () => -1),
  motion('down', ['down', 'j'], 'The failure below', () => 1),
  motion('page-up', ['pageup'], 'One page up', desk => -desk.pageRows),
  motion('page-down', ['pagedown'], 'One page down', desk => desk.pageRows),
  motion('first', ['g', 'home'], 'The first failure', () => Number.NEGATIVE_INFINITY),
  motion('last', ['G', 'end'], 'The last failure', () => Number.POSITIVE_INFINITY),
  {
    id: 'failure-detail',
    keys: ['enter'],
    scope: 'failures',
    title: 'detail',
    description: "Show the whole message, or the partition whose position is lost or that can't be read",
    hint: 96,
    run: showFailure,
  },
  {...skipAlike, id: 'failures-skip-alike', keys: ['S'], scope: 'failures', hint: 60},
  {...deadLetterAlike, id: 'failures-dead-letter-alike', keys: ['D'], scope: 'failures', hint: 55},
  {
    id: 'close-failures',
    keys: ['q', 'F'],
    scope: 'failures',
    title: 'close',
    description: 'Close the list',
    run: ({screen}) => screen.change({overlay: null}),
  },
  skipAlike,
  deadLetterAlike,
];

function motion(name: string, keys: string[], description: string, by: (desk: Desk) => number): Action {
  return {
    id: `failure-${name}`,
    keys,
    scope: 'failures',
    title: name.replace('-', ' '),
    description,
    run: desk => {
      const {overlay} = desk.screen;
      if (overlay?.kind !== 'failures') return;
      const all = openFailures(desk.session);
      const chosen = selectedFailure(desk, overlay);
      const from = chosen
        ? all.findIndex(each => each.partition === chosen.partition)
        : overlay.at - Math.sign(by(desk));
      desk.screen.change({overlay: openedAt(desk.session, from + by(desk))});
    },
  };
}

function showFailure(desk: Desk): void {
  const {screen, session} = desk;
  if (screen.overlay?.kind !== 'failures') return;
  const failure = selectedFailure(desk, screen.overlay);
  if (!failure) session.say('info', 'It is gone; the arrows choose another.');
  else if (failure.row)
    screen.change({
      overlay: {kind: 'detail', rowId: failure.row.id, view: 'json', top: 0, ...keepingList(desk)},
    });
  else {
    const partition = session.partitions.findIndex(each => each.partition === failure.partition);
    screen.change({overlay: null, focus: 'topic', partition: Math.max(0, partition)});
  }
}

/** Held messages that failed by the same name as the one that is pointed at. */
function heldAlike(desk: Desk): readonly Row[] {
  const all = openFailures(desk.session);
  const chosen = selectedRow(desk);
  const name = all.find(({row}) => row === chosen)?.name;
  return all.flatMap(each => (each.status === 'held' && each.name === name && each.row ? [each.row] : []));
}

function whyNotHeld(desk: Desk): string | null {
  const noMessage = whyNoMessage(desk);
  if (noMessage) return noMessage;
  const row = selectedRow(desk);
  if (!row) return 'There is no message.';
  const failure = openFailures(desk.session).find(each => each.row === row);
  return failure?.status === 'held' ? null : notHeldYet(desk, row);
}
