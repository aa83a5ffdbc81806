import {type PlacedBatch, sayUnreadable, whyNotSkipped} from '../../session/unreadable.ts';
import type {Desk} from '../desk.ts';
import {keepingList, selectedFailure} from '../failures/selected-failure.ts';
import type {Action} from '../keymap.ts';

const save: Action = {
  id: 'save-batch',
  keys: ['w'],
  scope: 'topic',
  title: 'save its bytes',
  description: "Write a batch that can't be read to a new file in the working folder, as the broker gave it",
  hint: 83,
  whyNot: desk => whyNoBatch(desk) ?? whyNoBytes(desk),
  run: desk => desk.saveBatch(selectedBatch(desk)!),
};

/** In the topic pane, `r` is with `refresh`; in the list of failures `s` and `r` are those of held messages. */
export const unreadableActions: readonly Action[] = [
  {
    id: 'skip-batch',
    keys: ['s'],
    scope: 'topic',
    title: 'skip batch',
    description: "Skip a batch that can't be read for good, exactly it, with a reason",
    hint: 86,
    whyNot: desk => whyNoBatch(desk) ?? whyNoSkip(desk),
    run: skipBatch,
  },
  save,
  {...save, id: 'failures-save-batch', scope: 'failures'},
];

/** The batch that the person points at, in the list of failures or the topic pane; null: what is there can be read. */
export function selectedBatch(desk: Desk): PlacedBatch | null {
  const {session} = desk;
  const partition = selectedPartition(desk);
  const view = session.partitions.find(each => each.partition === partition);
  return view?.obstacle?.status === 'unreadable' ? {...view.obstacle.batch, partition: view.partition} : null;
}

function selectedPartition({session, screen}: Desk): number | undefined {
  const {overlay, focus} = screen;
  if (overlay?.kind === 'failures') return selectedFailure({session}, overlay)?.partition;
  const isInPane = focus === 'topic' && (overlay === null || overlay.kind === 'palette');
  return isInPane ? session.partitions[screen.partition]?.partition : undefined;
}

/** Why what is done to a message cannot be done to a batch that is pointed at; null: none is. */
export function whyNoMessage(desk: Desk): string | null {
  return selectedBatch(desk)
    ? 'Its messages are unknown: it can be read again (r), skipped (s) or saved (w).'
    : null;
}

/** Its end may be unknown: then nobody can say what would be passed. */
export function whyNoSkip(desk: Desk): string | null {
  const batch = selectedBatch(desk);
  return batch?.next === null ? whyNotSkipped('end-unknown', batch) : null;
}

/** Asks for the reason; the offsets that would be passed stand over it. */
export function skipBatch(desk: Desk): void {
  const batch = selectedBatch(desk);
  if (batch) desk.screen.change({overlay: {kind: 'skip-batch', batch, reason: '', ...keepingList(desk)}});
}

export function readBatchAgain({workbench, session}: Desk, batch: PlacedBatch): void {
  const {partition, from} = batch;
  if (workbench?.readAgain(partition, from)) session.say('info', `Reading ${partition}@${from} again.`);
  else session.say('warning', whyNotSkipped('not-there', batch)!);
}

/** What it is, and what can be done about it. */
export function tellBatch({session}: Desk, batch: PlacedBatch): void {
  const skips = batch.next === null ? '' : 's skips exactly that, ';
  session.say('info', `${sayUnreadable(batch)}. ${skips}r reads it again, w saves its bytes.`);
}

/** Where the broker itself finds its log damaged it refuses to give it. */
function whyNoBytes(desk: Desk): string | null {
  return selectedBatch(desk)?.bytes.length === 0 ? 'The broker gave no bytes of it.' : null;
}

function whyNoBatch(desk: Desk): string | null {
  return selectedBatch(desk) ? null : 'What is here can be read.';
}
