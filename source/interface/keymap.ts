import {carryActions} from './actions/carry.ts';
import {composeActions} from './actions/compose.ts';
import {consumerActions} from './actions/consumer.ts';
import {failureActions} from './actions/failures.ts';
import {faultActions} from './actions/faults.ts';
import {generalActions} from './actions/general.ts';
import {goingBackActions} from './actions/going-back.ts';
import {joiningActions} from './actions/joining.ts';
import {overlayActions} from './actions/overlays.ts';
import {payloadActions} from './actions/payload.ts';
import {redriveActions} from './actions/redrive.ts';
import {searchActions} from './actions/search.ts';
import {topicActions} from './actions/topic.ts';
import {unreadableActions} from './actions/unreadable.ts';
import type {Desk} from './desk.ts';

/** Where a key means something. */
export type Scope =
  /** Everywhere but in an overlay, also while text is typed: chords, Tab and Esc only. */
  | 'everywhere'
  /** Where no text is typed. */
  | 'panes'
  | 'topic'
  | 'payload'
  | 'deliveries'
  | 'consumer'
  /** Where a message is pointed at: the consumer pane and the detail. */
  | 'message'
  | 'detail'
  | 'failures'
  | 'scroll'
  | 'palette'
  | 'skip'
  | 'confirm'
  | 'drafts'
  | 'bulk'
  | 'bulk-run'
  | 'redrive'
  /** Where a search is written, its results, one of them, and both of the latter. */
  | 'search'
  | 'results'
  | 'result'
  | 'result-message'
  | 'go-back'
  | 'leaving'
  | 'overlay';

/** One thing that can be done: the only declaration of its keys, for dispatch, hints, help and palette. */
export type Action = {
  readonly id: string;
  /** The first is the one that hints tell. */
  readonly keys: readonly string[];
  readonly scope: Scope;
  /** A word or two, for hints. */
  readonly title: string;
  /** A sentence, for help and palette. */
  readonly description: string;
  /** Shown among the hints while it can be done; higher comes first. */
  readonly hint?: number;
  /** Why it cannot be done now; null or left out: it can. */
  whyNot?(desk: Desk): string | null;
  run(desk: Desk): void;
};

export const actions: readonly Action[] = [
  ...generalActions,
  ...topicActions,
  ...unreadableActions,
  ...payloadActions,
  ...composeActions,
  ...carryActions,
  ...consumerActions,
  ...joiningActions,
  ...failureActions,
  ...overlayActions,
  ...redriveActions,
  ...faultActions,
  ...searchActions,
  ...goingBackActions,
];

/** The scopes that count in each place, the nearest first. */
export const places = {
  topic: ['topic', 'panes', 'everywhere'],
  payload: ['payload', 'everywhere'],
  deliveries: ['deliveries', 'panes', 'everywhere'],
  consumer: ['consumer', 'message', 'panes', 'everywhere'],
  detail: ['detail', 'message', 'overlay'],
  failures: ['failures', 'message', 'overlay'],
  help: ['scroll', 'overlay'],
  log: ['scroll', 'overlay'],
  palette: ['palette', 'overlay'],
  skip: ['skip', 'overlay'],
  'skip-batch': ['skip', 'overlay'],
  filter: ['overlay'],
  faults: ['overlay'],
  search: ['search', 'overlay'],
  results: ['results', 'result-message', 'overlay'],
  result: ['result', 'result-message', 'overlay'],
  confirm: ['confirm', 'overlay'],
  drafts: ['drafts', 'overlay'],
  'save-template': ['overlay'],
  bulk: ['bulk', 'overlay'],
  'bulk-run': ['bulk-run', 'overlay'],
  redrive: ['redrive', 'overlay'],
  'go-back': ['go-back', 'overlay'],
  leaving: ['leaving'],
} as const satisfies Record<string, readonly Scope[]>;

export type Place = keyof typeof places;

export function placeOf({screen}: Desk): Place {
  return screen.overlay?.kind ?? screen.focus;
}

/** What the key means here; null: nothing, so it is text or is not bound. */
export function actionFor(key: string, desk: Desk): Action | null {
  return actionsAt(placeOf(desk)).find(action => action.keys.includes(key)) ?? null;
}

/** All that can be meant at a place, the nearest scope first. */
export function actionsAt(place: Place): readonly Action[] {
  return places[place].flatMap((scope: Scope) => actions.filter(action => action.scope === scope));
}

/** Does it, or says why not. */
export function perform(action: Action, desk: Desk): void {
  const reason = action.whyNot?.(desk) ?? null;
  if (reason === null) action.run(desk);
  else desk.session.say('warning', reason);
  desk.session.touch();
}
