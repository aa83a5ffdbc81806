import {deadLetterTopic} from '../../flow/dead-letter-topic.ts';
import {positionOf} from '../../flow/message.ts';
import {alikeOf} from '../../flow/outcome.ts';
import type {Row} from '../../session/row.ts';
import {count, secondsUntil} from '../amounts.ts';
import {copyValue} from '../copy-value.ts';
import type {Desk} from '../desk.ts';
import {keepingList, selectedFailure} from '../failures/selected-failure.ts';
import type {Action} from '../keymap.ts';
import {indexFrom, visibleRows} from '../visible-rows.ts';
import {readBatchAgain, selectedBatch, skipBatch, whyNoMessage, whyNoSkip} from './unreadable.ts';

export const consumerActions: readonly Action[] = [
  motion('up', ['up', 'k'], 'One message up; following pauses', -1),
  motion('down', ['down', 'j'], 'One message down; at the end following goes on', 1),
  motion('page-up', ['pageup'], 'One page up', desk => -desk.pageRows),
  motion('page-down', ['pagedown'], 'One page down', desk => desk.pageRows),
  motion('oldest', ['g', 'home'], 'The oldest message in view', Number.NEGATIVE_INFINITY),
  motion('newest', ['G', 'end'], 'The newest message; following goes on', Number.POSITIVE_INFINITY),
  {
    id: 'detail',
    keys: ['enter'],
    scope: 'consumer',
    title: 'detail',
    description: 'Show the whole message: JSON, raw, hex, headers, attempts, and its life on one line',
    hint: 80,
    whyNot: desk => (selectedRow(desk) ? null : 'There is no message to show.'),
    run: desk =>
      desk.screen.change({overlay: {kind: 'detail', rowId: selectedRow(desk)!.id, view: 'json', top: 0}}),
  },
  {
    id: 'next-held',
    keys: ['h'],
    scope: 'consumer',
    title: 'next held',
    description: 'Go to the next message that is held or retried',
    hint: 35,
    whyNot: ({session}) => (session.stream.openRows().length > 0 ? null : 'No message is held.'),
    run: nextHeld,
  },
  {
    id: 'start-beginning',
    keys: ['b'],
    scope: 'consumer',
    title: 'from the beginning',
    description: 'Where to start: process everything that is there',
    hint: 99,
    whyNot: whyNoQuestion,
    run: ({workbench}) => workbench?.answerWhereToStart('beginning'),
  },
  {
    id: 'start-end',
    keys: ['n'],
    scope: 'consumer',
    title: 'only new ones',
    description: 'Where to start: only messages that come from now on',
    hint: 98,
    whyNot: whyNoQuestion,
    run: ({workbench}) => workbench?.answerWhereToStart('end'),
  },
  {
    id: 'filter',
    keys: ['/'],
    scope: 'consumer',
    title: 'filter',
    description: 'Filter messages in view: a word, key:…, status:held, partition:2, header:…, path=value',
    hint: 40,
    run: ({screen}) => screen.change({overlay: {kind: 'filter'}}),
  },
  {
    id: 'copy',
    keys: ['c', 'y'],
    scope: 'message',
    title: 'copy',
    description: 'Copy the value to the clipboard, through the terminal',
    whyNot: desk => (selectedRow(desk) ? null : 'There is no message.'),
    run: desk => {
      const row = selectedRow(desk)!;
      copyValue(desk, row, row.message?.value ?? row.value);
    },
  },
  {
    id: 'its-delivery',
    keys: ['P'],
    scope: 'message',
    title: 'its delivery',
    description: 'Go to the delivery that published this message, if it was published here',
    whyNot: desk => {
      const row = selectedRow(desk);
      if (!row) return 'There is no message.';
      if (desk.session.deliveryOf(row.partition, row.offset)) return null;
      return `${positionOf(row)} was not published here, or is no longer among the deliveries.`;
    },
    run: desk => {
      const {partition, offset} = selectedRow(desk)!;
      const {id} = desk.session.deliveryOf(partition, offset)!;
      desk.screen.change({overlay: null, focus: 'deliveries', delivery: id});
    },
  },
  {
    id: 'retry-alike',
    keys: ['R'],
    scope: 'message',
    title: 'retry alike',
    description: 'Process every held message again that failed in the same way',
    hint: 88,
    whyNot: whyNotOpen,
    run: retryAlike,
  },
  {
    id: 'retry',
    keys: ['r'],
    scope: 'message',
    title: 'retry',
    description:
      "Process the held message again, with the handler as it is now; read a batch again that can't be read",
    hint: 97,
    whyNot: desk => (selectedBatch(desk) ? null : whyNotOpen(desk)),
    run: desk => {
      const batch = selectedBatch(desk);
      if (batch) {
        readBatchAgain(desk, batch);
        return;
      }
      const row = selectedRow(desk)!;
      if (desk.workbench?.retry(row.partition, row.offset))
        desk.session.say('info', `Trying ${positionOf(row)} again.`);
      else notHeld(desk, row);
    },
  },
  {
    id: 'skip',
    keys: ['s'],
    scope: 'message',
    title: 'skip',
    description: "Skip the held message, or the batch that can't be read, for good, with a reason",
    hint: 94,
    whyNot: desk => (selectedBatch(desk) ? whyNoSkip(desk) : whyNotOpen(desk)),
    run: desk => {
      if (selectedBatch(desk)) {
        skipBatch(desk);
        return;
      }
      const messages = [selectedRow(desk)!];
      desk.screen.change({overlay: {kind: 'skip', messages, reason: '', ...keepingList(desk)}});
    },
  },
  {
    id: 'dead-letter',
    keys: ['d'],
    scope: 'message',
    title: 'dead-letter',
    description: 'Publish the held message to the dead-letter topic; final only once that is acknowledged',
    hint: 93,
    whyNot: desk => whyNotOpen(desk) ?? whyNoDeadLetter(desk),
    run: desk => {
      const row = selectedRow(desk)!;
      if (desk.workbench?.deadLetter(row.partition, row.offset))
        desk.session.say('info', `Publishing ${positionOf(row)} to the dead-letter topic.`);
      else notHeld(desk, row);
    },
  },
  {
    id: 'edit',
    keys: ['e'],
    scope: 'message',
    title: 'edit & republish',
    description: 'Edit the held message; when the new one is acknowledged, it counts as replaced',
    hint: 92,
    whyNot: whyNotOpen,
    run: desk => {
      const row = selectedRow(desk)!;
      if (!row.message || !desk.composer.replace(row.message)) {
        desk.session.say('warning', `The value of ${positionOf(row)} is no text: it cannot be edited here.`);
        return;
      }
      desk.screen.change({overlay: null, focus: 'payload', field: 'value'});
      desk.session.say(
        'info',
        'Ids and trace in the headers are new; ids inside the value stay. Ctrl+P headers: which to carry.',
      );
    },
  },
];

/** The row that the person points at: the one in the detail or the list of failures, the one selected, else the newest. */
export function selectedRow({session, screen}: Desk): Row | null {
  const {stream} = session;
  const {overlay} = screen;
  if (overlay?.kind === 'detail') return stream.row(overlay.rowId);
  if (overlay?.kind === 'failures') return selectedFailure({session}, overlay)?.row ?? null;
  const rows = visibleRows(session, screen);
  return (screen.row === null ? rows.at(-1) : rows[indexFrom(rows, screen.row)]) ?? null;
}

function retryAlike(desk: Desk): void {
  const {session, workbench} = desk;
  const chosen = selectedRow(desk)?.state;
  if (chosen?.status !== 'held' && chosen?.status !== 'retrying') return;
  const alike = alikeOf(chosen.failure);
  const again = session.stream
    .openRows()
    .filter(({state}) => 'failure' in state && state.failure && alikeOf(state.failure) === alike)
    .filter(({partition, offset}) => workbench?.retry(partition, offset));
  session.say('info', `Trying ${count(again.length, 'message')} again that failed with ${alike}.`);
}

function whyNotOpen(desk: Desk): string | null {
  const noMessage = whyNoMessage(desk);
  if (noMessage) return noMessage;
  const row = selectedRow(desk);
  if (!row) return 'There is no message.';
  if (row.state.status === 'held' || row.state.status === 'retrying') return null;
  return `${positionOf(row)} is not held; h goes to the next held message.`;
}

export function whyNoDeadLetter({session: {place}}: Desk): string | null {
  if (deadLetterTopic(place.topic) !== null) return null;
  return `${place.topic} is a dead-letter topic itself; its messages are not dead-lettered again.`;
}

function whyNoQuestion({session}: Desk): string | null {
  return session.question ? null : 'The group knows where it is.';
}

function notHeld(desk: Desk, row: Row): void {
  desk.session.say('warning', notHeldYet(desk, row));
}

export function notHeldYet({session}: Desk, row: Row): string {
  const {state} = row;
  const {obstacle} = session.partitions.find(({partition}) => partition === row.partition) ?? {};
  if (obstacle?.status === 'dead-lettering' && obstacle.offset === row.offset)
    return `${positionOf(row)} is on its way to the dead-letter topic.`;
  if (state.status !== 'retrying') return `${positionOf(row)} is not held any more.`;
  const seconds = secondsUntil(state.nextAttemptAt, session.now);
  return `${positionOf(row)} is tried again by itself in ${seconds} s; only when it is held, it waits for you.`;
}

function motion(
  id: string,
  keys: string[],
  description: string,
  by: number | ((desk: Desk) => number),
): Action {
  return {
    id: `stream-${id}`,
    keys,
    scope: 'consumer',
    title: id.replace('-', ' '),
    description,
    run: desk => moveBy(desk, typeof by === 'number' ? by : by(desk)),
  };
}

function moveBy(desk: Desk, by: number): void {
  const rows = visibleRows(desk.session, desk.screen);
  if (rows.length === 0) return;
  const current = desk.screen.row === null ? rows.length - 1 : indexFrom(rows, desk.screen.row);
  const next = Math.min(rows.length - 1, Math.max(0, current + by));
  const following = next === rows.length - 1 && by > 0;
  const left = desk.screen.row === null ? {leftAt: desk.session.stream.rows.at(-1)!.id} : {};
  desk.screen.change({row: following ? null : rows[next]!.id, ...left});
}

function nextHeld(desk: Desk): void {
  const open = [...desk.session.stream.openRows()].sort((left, right) => left.id - right.id);
  const current = desk.screen.row ?? -1;
  const next = open.find(({id}) => id > current) ?? open[0];
  if (next) desk.screen.change({row: next.id, leftAt: desk.session.stream.rows.at(-1)!.id});
}
