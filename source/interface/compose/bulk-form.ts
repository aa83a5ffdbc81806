import type {Desk} from '../desk.ts';
import {bulkFields, type ComposeOverlay} from './compose-overlay.ts';

export type BulkForm = ComposeOverlay & {readonly kind: 'bulk'};

const emptyForm: BulkForm = {kind: 'bulk', field: 'times', times: '', file: '', rate: ''};
/** What was asked for last, to be changed a little. */
let lastForm = emptyForm;

/** Opens the question what to send in bulk, or how what is being sent stands. */
export function openBulk({compose, screen}: Desk): void {
  compose.bulk.forget();
  screen.change({overlay: compose.bulk.isUnderway ? {kind: 'bulk-run'} : lastForm});
}

export function askAnew({screen}: Desk): void {
  screen.change({overlay: lastForm});
}

/** Checks what was filled in and begins to send; where it cannot be sent, the form says why. */
export async function submitBulk(desk: Desk, form: BulkForm): Promise<void> {
  const {compose, composer, screen, session} = desk;
  const read = readForm(form);
  const problem = 'problem' in read ? read.problem : whyNotNow(desk);
  if ('problem' in read || problem !== null) {
    session.say('warning', problem!);
    session.touch();
    return;
  }
  lastForm = form;
  composer.flush();
  const begun = await compose.bulk.start({
    ...read,
    draft: composer.draft,
    nextValues: () => composer.nextValues(),
  });
  if (!begun) return;
  compose.remember(composer.draft);
  if (screen.overlay?.kind === 'bulk') screen.change({overlay: {kind: 'bulk-run'}});
}

/** Goes on to the next thing to fill in. */
export function stepForm({screen}: Desk, by: 1 | -1): void {
  const {overlay} = screen;
  if (overlay?.kind !== 'bulk') return;
  const at = (bulkFields.indexOf(overlay.field) + by + bulkFields.length) % bulkFields.length;
  screen.change({overlay: {...overlay, field: bulkFields[at]!}});
}

function readForm({
  times,
  file,
  rate,
}: BulkForm): {times: number; file: string | null; rate: number | null} | {problem: string} {
  const count = times.trim() === '' ? 1 : Number(times.replaceAll(/[_, ]/g, ''));
  if (!Number.isSafeInteger(count) || count < 1)
    return {problem: 'How many times: a whole number from 1 on.'};
  const perSecond = rate.trim() === '' ? null : Number(rate);
  if (perSecond !== null && !(perSecond > 0 && perSecond <= 1e6))
    return {problem: 'How many a second: a number above 0, or empty for no limit.'};
  return {times: count, file: file.trim() === '' ? null : file.trim(), rate: perSecond};
}

function whyNotNow({composer, session, workbench, compose}: Desk): string | null {
  if (composer.replacing) return 'A held message is being edited: publish it, or give it up with Esc.';
  if (compose.bulk.isUnderway) return 'Something is being sent in bulk already.';
  if (compose.bulk.state.kind === 'checking') return 'The file is being checked.';
  if (session.topic.status === 'missing')
    return 'The topic is not there. Enter in the topic pane creates it.';
  return workbench ? null : 'Not yet: still starting.';
}
