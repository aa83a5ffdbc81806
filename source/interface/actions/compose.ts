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
];

function move({screen}: Desk, by: number): void {
  const {overlay} = screen;
  if (overlay?.kind !== 'drafts') return;
  const last = Math.max(0, matchingDrafts(overlay.query).length - 1);
  screen.change({overlay: {...overlay, at: Math.max(0, Math.min(last, overlay.at + by))}});
}
