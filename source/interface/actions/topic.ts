import type {PartitionView} from '../../session/partitions.ts';
import type {Desk} from '../desk.ts';
import type {Action} from '../keymap.ts';
import {readBatchAgain, selectedBatch, tellBatch} from './unreadable.ts';

export const topicActions: readonly Action[] = [
  {
    id: 'create-topic',
    keys: ['enter'],
    scope: 'topic',
    title: 'create',
    description: 'Create the topic, or show what holds this partition',
    hint: 95,
    whyNot: ({session}) =>
      session.topic.status === 'missing' || session.topic.status === 'there'
        ? null
        : 'The broker has to be reached first.',
    run: desk => {
      if (desk.session.topic.status === 'missing') desk.workbench?.createTopic();
      else showObstacle(desk);
    },
  },
  {
    id: 'topic-up',
    keys: ['up', 'k'],
    scope: 'topic',
    title: 'up',
    description: 'The partition above',
    run: desk => move(desk, -1),
  },
  {
    id: 'topic-down',
    keys: ['down', 'j'],
    scope: 'topic',
    title: 'down',
    description: 'The partition below',
    run: desk => move(desk, 1),
  },
  {
    id: 'refresh',
    keys: ['r'],
    scope: 'topic',
    title: 'refresh',
    description:
      "Look at the topic now; where a batch can't be read: read it again; without a broker: try to connect now",
    hint: 40,
    run: desk => {
      const {workbench} = desk;
      const batch = selectedBatch(desk);
      if (batch) readBatchAgain(desk, batch);
      workbench?.lookAtTopic();
      workbench?.reconnect();
    },
  },
  lostAction('first', 'f', 'Go on from the first message that still exists, where the position is lost'),
  lostAction('end', 'e', 'Go on at the end, past everything that is there, where the position is lost'),
];

function lostAction(target: 'first' | 'end', key: string, description: string): Action {
  return {
    id: `go-on-from-${target}`,
    keys: [key],
    scope: 'topic',
    title: `go on from ${target}`,
    description,
    hint: 85,
    whyNot: desk =>
      selected(desk)?.obstacle?.status === 'lost' ? null : 'The position of this partition is not lost.',
    run: desk => {
      const {partition, obstacle} = selected(desk)!;
      if (obstacle?.status !== 'lost') return;
      const offset = target === 'first' ? obstacle.lost.first : obstacle.lost.end;
      desk.screen.change({
        overlay: {
          kind: 'confirm',
          title: `Go on from ${target}`,
          question: `Commits offset ${offset} of partition ${partition}, where the position ${obstacle.lost.position} no longer exists. What lies before it is never processed.`,
          run: () => {
            void desk.workbench?.goOnFrom(partition, target).then(problem => {
              desk.session.say(
                problem ? 'error' : 'info',
                problem ?? `Partition ${partition} goes on from ${offset}.`,
              );
            });
          },
        },
      });
    },
  };
}

function selected({session, screen}: Desk): PartitionView | undefined {
  return session.partitions[screen.partition];
}

function move({session, screen}: Desk, by: number): void {
  const last = Math.max(0, session.partitions.length - 1);
  screen.change({partition: Math.min(last, Math.max(0, screen.partition + by))});
}

function showObstacle(desk: Desk): void {
  const view = selected(desk);
  const obstacle = view?.obstacle;
  const batch = selectedBatch(desk);
  if (batch) tellBatch(desk, batch);
  if (!view || !obstacle || !('offset' in obstacle)) return;
  const row = desk.session.stream.rowAt(view.partition, obstacle.offset);
  if (row) desk.screen.change({focus: 'consumer', row: row.id});
}
