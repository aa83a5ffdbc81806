import {positionOf} from '../../flow/message.ts';
import type {Move} from '../../flow/moves.ts';
import {totalOf} from '../../flow/moves.ts';
import type {PartitionView} from '../../session/partitions.ts';
import {count} from '../amounts.ts';
import type {Desk} from '../desk.ts';
import type {Action} from '../keymap.ts';
import type {Overlay} from '../screen.ts';
import {selectedRow} from './consumer.ts';

export type GoBackOverlay = Extract<Overlay, {kind: 'go-back'}>;

/** Replay and rewind, and going on step by step. */
export const goingBackActions: readonly Action[] = [
  {
    id: 'go-back',
    keys: ['B'],
    scope: 'consumer',
    title: 'go back',
    description: 'Go back: process again from the beginning, an offset or a time, as a replay or a rewind',
    whyNot: ({session}) => (session.topic.status === 'there' ? null : 'The topic is not there.'),
    run: desk => {
      const partition = desk.screen.row === null ? null : (selectedRow(desk)?.partition ?? null);
      ask(desk, {
        kind: 'go-back',
        place: '',
        partition,
        how: 'replay',
        plan: {status: 'counting'},
      });
    },
  },
  {
    id: 'go-back-how',
    keys: ['tab', 'shift+tab'],
    scope: 'go-back',
    title: 'replay or rewind',
    description: 'Replay: the commit stays; rewind: the commit is set back',
    hint: 80,
    run: desk => {
      const {overlay} = desk.screen;
      if (overlay?.kind !== 'go-back') return;
      desk.screen.change({overlay: {...overlay, how: overlay.how === 'replay' ? 'rewind' : 'replay'}});
    },
  },
  partitionAction('up', -1),
  partitionAction('down', 1),
  {
    id: 'step',
    keys: ['o'],
    scope: 'consumer',
    title: 'step by step',
    description: 'Step by step: hold before each message until it is released; once more: let all flow',
    run: ({session, workbench}) => {
      session.setStep(!session.step);
      workbench?.step(session.step);
      session.say(
        'info',
        session.step
          ? 'Step by step: each message waits; . releases one.'
          : 'Step by step is off: all messages flow.',
      );
    },
  },
  {
    id: 'release',
    keys: ['.'],
    scope: 'consumer',
    title: 'release one',
    description:
      'Step by step: let one message begin, of the partition pointed at, else the oldest that waits',
    hint: 96,
    whyNot: desk => {
      if (!desk.session.step) return 'Messages flow; o goes step by step.';
      if (next(desk)) return null;
      return desk.screen.row === null
        ? 'No message waits.'
        : `No message of partition ${selectedRow(desk)?.partition} waits.`;
    },
    run: desk => {
      const message = next(desk)!;
      if (desk.workbench?.release(message.partition))
        desk.session.say('info', `Released ${positionOf(message)}.`);
    },
  },
];

/** What a release would let begin. */
function next(desk: Desk): PartitionView['waiting'] {
  const {session, screen} = desk;
  const waiting = session.partitions.flatMap(each => each.waiting ?? []);
  if (screen.row !== null) {
    const partition = selectedRow(desk)?.partition;
    return waiting.find(each => each.partition === partition) ?? null;
  }
  return waiting.sort((left, right) => left.timestamp - right.timestamp)[0] ?? null;
}

function partitionAction(name: 'up' | 'down', by: -1 | 1): Action {
  return {
    id: `go-back-${name}`,
    keys: [name],
    scope: 'go-back',
    title: 'partition',
    description: `The ${by < 0 ? 'previous' : 'next'} partition, or all`,
    ...(by > 0 && {hint: 70}),
    run: desk => {
      const {overlay} = desk.screen;
      if (overlay?.kind !== 'go-back') return;
      const choices = [null, ...desk.session.partitions.map(({partition}) => partition)];
      const at = (choices.indexOf(overlay.partition) + by + choices.length) % choices.length;
      ask(desk, {...overlay, partition: choices[at]!});
    },
  };
}

/** Has it counted what this would mean; an answer to an earlier question is dropped. */
export function ask(desk: Desk, question: GoBackOverlay): void {
  const asked: GoBackOverlay = {...question, plan: {status: 'counting'}};
  desk.screen.change({overlay: asked});
  void desk.workbench?.planGoBack(asked.place, asked.partition).then(plan => {
    const {overlay} = desk.screen;
    if (overlay?.kind !== 'go-back') return;
    if (overlay.place !== asked.place || overlay.partition !== asked.partition) return;
    desk.screen.change({overlay: {...overlay, plan}});
  });
}

/** Enter: a replay begins; a rewind is asked about first. */
export function goBack(desk: Desk, {how, plan}: GoBackOverlay): void {
  const {session, screen} = desk;
  if (plan.status !== 'possible') {
    session.say('warning', plan.status === 'counting' ? 'Still counting; a moment.' : plan.problem);
    session.touch();
    return;
  }
  const {moves} = plan;
  if (how === 'replay') {
    screen.change({overlay: null});
    desk.workbench?.replay(moves);
    return;
  }
  screen.change({
    overlay: {
      kind: 'confirm',
      title: 'REWIND the group',
      question: `The commit goes back to ${sayMoves(moves)}: ${count(totalOf(moves, 'again'), 'message')} will be processed again.`,
      run: () => desk.workbench?.rewind(moves),
    },
  });
}

/** Where each partition goes: `1@2 (now 4)`. */
export function sayMoves(moves: readonly Move[]): string {
  const shown = moves.slice(0, 3).map(({partition, from, to}) => `${partition}@${to} (now ${from})`);
  const more = moves.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
