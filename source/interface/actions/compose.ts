import {askAnew, openBulk, stepForm} from '../compose/bulk-form.ts';
import {matchingDrafts, openDrafts} from '../compose/choose-draft.ts';
import type {Desk} from '../desk.ts';
import type {Action} from '../keymap.ts';

/** Where drafts come from and where they are kept. */
export const composeActions: readonly Action[] = [
  {
    id: 'templates',
    keys: ['alt+t'],
    scope: 'payload',
    title: 'templates',
    description: 'Choose a template as the draft, your own or one that comes along',
    hint: 52,
    run: desk => openDrafts(desk, 'templates'),
  },
  {
    id: 'history',
    keys: ['alt+r'],
    scope: 'payload',
    title: 'history',
    description: 'Take what was published here before as the draft',
    hint: 50,
    run: desk => openDrafts(desk, 'history'),
  },
  {
    id: 'bulk',
    keys: ['alt+b'],
    scope: 'payload',
    title: 'in bulk',
    description: 'Publish in bulk: the draft many times, or the lines of a file; or see how that stands',
    hint: 48,
    run: openBulk,
  },
  {
    id: 'save-template',
    keys: [],
    scope: 'payload',
    title: 'save as a template',
    description: 'Save the draft as a template of your own',
    run: ({screen}) => screen.change({overlay: {kind: 'save-template', name: ''}}),
  },
  {
    id: 'raw',
    keys: [],
    scope: 'payload',
    title: 'raw',
    description: 'Publish the value as it is, not checked to be JSON (raw), or check it again',
    run: ({composer, session}) => {
      composer.toggleRaw();
      const now = composer.raw ? 'is published as it is, JSON or not' : 'is checked again';
      session.say('warning', `The value ${now}.`);
    },
  },
  {
    id: 'draft-up',
    keys: ['up'],
    scope: 'drafts',
    title: 'up',
    description: 'The draft above',
    run: desk => move(desk, -1),
  },
  {
    id: 'draft-down',
    keys: ['down', 'tab'],
    scope: 'drafts',
    title: 'down',
    description: 'The draft below',
    run: desk => move(desk, 1),
  },
  {
    id: 'bulk-next',
    keys: ['tab', 'down'],
    scope: 'bulk',
    title: 'next',
    description: 'The next thing to fill in',
    hint: 70,
    run: desk => stepForm(desk, 1),
  },
  {
    id: 'bulk-previous',
    keys: ['shift+tab', 'up'],
    scope: 'bulk',
    title: 'previous',
    description: 'The thing before',
    run: desk => stepForm(desk, -1),
  },
  {
    id: 'bulk-pause',
    keys: ['p', ' '],
    scope: 'bulk-run',
    title: 'pause/resume',
    description: 'Send no more for now, or go on sending',
    hint: 80,
    whyNot: underway,
    run: ({compose: {bulk}}) => {
      if (bulk.state.kind !== 'run') return;
      const {run} = bulk.state;
      if (run.figures.status === 'paused') run.resume();
      else run.pause();
    },
  },
  {
    id: 'bulk-cancel',
    keys: ['c'],
    scope: 'bulk-run',
    title: 'cancel',
    description: 'Send no more at all; what is on its way still gets its result',
    hint: 75,
    whyNot: underway,
    run: ({compose}) => compose.bulk.cancel(),
  },
  {
    id: 'bulk-export',
    keys: ['e'],
    scope: 'bulk-run',
    title: 'export results',
    description: 'Copy the results to the working folder as JSON lines, one for each, without payloads',
    hint: 60,
    whyNot: desk => (underway(desk) === null ? 'The results are complete when all is sent.' : null),
    run: ({compose}) => {
      if (compose.bulk.state.kind === 'run') compose.exportResults(compose.bulk.state.path);
    },
  },
  {
    id: 'bulk-anew',
    keys: ['n'],
    scope: 'bulk-run',
    title: 'another',
    description: 'Send something else in bulk',
    hint: 55,
    whyNot: desk => (underway(desk) === null ? 'Only when this is through.' : null),
    run: askAnew,
  },
];

function underway({compose}: Desk): string | null {
  return compose.bulk.isUnderway ? null : 'Nothing is being sent in bulk.';
}

function move({screen}: Desk, by: number): void {
  const {overlay} = screen;
  if (overlay?.kind !== 'drafts') return;
  const last = Math.max(0, matchingDrafts(overlay.query).length - 1);
  screen.change({overlay: {...overlay, at: Math.max(0, Math.min(last, overlay.at + by))}});
}
