import {positionOf} from '../../flow/message.ts';
import {draftOf} from '../../session/draft.ts';
import {isWhole} from '../../session/row.ts';
import type {SearchResult} from '../../session/search.ts';
import {copyValue} from '../copy-value.ts';
import type {Desk} from '../desk.ts';
import type {Action} from '../keymap.ts';
import {textOf} from '../parts/editor/text-buffer.ts';
import {resultViews} from '../screen.ts';
import {fieldOf} from '../search-form.ts';
import {scrolling} from './scrolling.ts';

/** Where a search begins unless the person says otherwise: few enough to be there at once, and what one mostly looks for. */
const latest = 'end-200';

export const searchActions: readonly Action[] = [
  {
    id: 'search',
    keys: ['S'],
    scope: 'consumer',
    title: 'search topic',
    description: 'Search the messages that the topic retains, or peek at them all; no group hears of it',
    whyNot: whyNoTopic,
    run: desk => openForm(desk, false),
  },
  {
    id: 'search-run',
    keys: ['enter'],
    scope: 'search',
    title: 'search',
    description: 'Begin the search',
    hint: 90,
    run: desk => {
      const {overlay} = desk.screen;
      if (overlay?.kind !== 'search') return;
      begin(desk, {filter: textOf(overlay.filter), from: textOf(overlay.from)});
    },
  },
  {
    id: 'search-field',
    keys: ['tab', 'shift+tab', 'up', 'down'],
    scope: 'search',
    title: 'other field',
    description: 'Go to the other field: what is looked for, and where it begins',
    hint: 80,
    run: ({screen}) => {
      const {overlay} = screen;
      if (overlay?.kind !== 'search') return;
      screen.change({overlay: {...overlay, field: overlay.field === 'filter' ? 'from' : 'filter'}});
    },
  },
  motion('up', ['up', 'k'], 'One result up', () => -1),
  motion('down', ['down', 'j'], 'One result down', () => 1),
  motion('page-up', ['pageup'], 'One page up', desk => -desk.pageRows),
  motion('page-down', ['pagedown', ' '], 'One page down', desk => desk.pageRows),
  motion('newest', ['g', 'home'], 'The newest result, at the top', () => Number.NEGATIVE_INFINITY),
  motion('oldest', ['G', 'end'], 'The oldest result that is kept', () => Number.POSITIVE_INFINITY),
  {
    id: 'result-detail',
    keys: ['enter'],
    scope: 'results',
    title: 'detail',
    description: 'Show the whole message: JSON, raw, hex, headers',
    hint: 80,
    whyNot: whyNoResult,
    run: desk =>
      desk.screen.change({overlay: {kind: 'result', id: selectedResult(desk)!.id, view: 'json', top: 0}}),
  },
  {
    id: 'search-again',
    keys: ['S', '/'],
    scope: 'results',
    title: 'search again',
    description: 'Search for something else, or from elsewhere',
    hint: 60,
    run: desk => openForm(desk, true),
  },
  {
    id: 'search-all',
    keys: ['b'],
    scope: 'results',
    title: 'from the beginning',
    description: 'Search for the same from the beginning of the topic',
    hint: 50,
    whyNot: ({session}) =>
      session.search?.text.from === 'beginning' ? 'It was searched from the beginning.' : null,
    run: desk => begin(desk, {filter: desk.session.search?.text.filter ?? '', from: 'beginning'}),
  },
  {
    id: 'result-copy',
    keys: ['c', 'y'],
    scope: 'result-message',
    title: 'copy',
    description: 'Copy the value to the clipboard, through the terminal',
    hint: 45,
    whyNot: whyNoResult,
    run: desk => copyValue(desk, selectedResult(desk)!),
  },
  {
    id: 'result-draft',
    keys: ['e'],
    scope: 'result-message',
    title: 'take as draft',
    description: 'Take this message as the draft (undo brings the text before back)',
    hint: 40,
    whyNot: whyNoResult,
    run: takeAsDraft,
  },
  {
    id: 'result-next-view',
    keys: ['tab', 'right'],
    scope: 'result',
    title: 'next view',
    description: 'JSON, raw, hex, headers',
    hint: 70,
    run: desk => turn(desk, 1),
  },
  {
    id: 'result-previous-view',
    keys: ['shift+tab', 'left'],
    scope: 'result',
    title: 'previous view',
    description: 'The view before',
    run: desk => turn(desk, -1),
  },
  ...scrolling('result'),
  {
    id: 'close-results',
    keys: ['q'],
    scope: 'results',
    title: 'close',
    description: 'Stop the search and close its results',
    run: ({workbench, screen}) => {
      workbench?.stopSearch();
      screen.change({overlay: null});
    },
  },
  {
    id: 'close-result',
    keys: ['q', 'enter'],
    scope: 'result',
    title: 'close',
    description: 'Go back to the results',
    run: desk => closeSearch(desk),
  },
];

/** The result that the person points at: the one in the detail, the one selected, else the newest. */
export function selectedResult({session, screen}: Desk): SearchResult | null {
  const {overlay} = screen;
  const results = session.search?.results ?? [];
  if (overlay?.kind === 'result') return results.find(({id}) => id === overlay.id) ?? null;
  if (overlay?.kind !== 'results') return null;
  return results.find(({id}) => id === overlay.id) ?? results[0] ?? null;
}

/** One step back: from a message to the results, from a search that goes on to one that is stopped, else away. */
export function closeSearch({session, screen, workbench}: Desk): boolean {
  const {overlay} = screen;
  if (overlay?.kind === 'result') screen.change({overlay: {kind: 'results', id: overlay.id}});
  else if (overlay?.kind === 'search' && overlay.fromResults)
    screen.change({overlay: {kind: 'results', id: null}});
  else if (overlay?.kind === 'results' && session.search?.state.status === 'searching')
    workbench?.stopSearch();
  else return false;
  return true;
}

function openForm({screen, session}: Desk, fromResults: boolean): void {
  const before = fromResults ? session.search?.text : undefined;
  // Nothing in view fits what was typed there: it is looked for in all that there is.
  const {filter, from} = before ?? {
    filter: screen.filter,
    from: screen.filter.trim() === '' ? latest : 'beginning',
  };
  screen.change({
    overlay: {kind: 'search', filter: fieldOf(filter), from: fieldOf(from), field: 'filter', fromResults},
  });
}

function begin(
  {workbench, screen, session}: Desk,
  {filter, from}: {readonly filter: string; readonly from: string},
): void {
  if (!workbench) return;
  const problem = workbench.search({filter, from});
  if (problem === null) screen.change({overlay: {kind: 'results', id: null}});
  else session.say('warning', problem);
}

function takeAsDraft(desk: Desk): void {
  const {composer, screen, session} = desk;
  const result = selectedResult(desk)!;
  const text = isWhole(result) ? draftOf(result) : null;
  if (!text) {
    session.say('warning', `${positionOf(result)} is too long, or no text: it cannot be edited here.`);
    return;
  }
  composer.load(text);
  screen.change({overlay: null, focus: 'payload', field: 'value'});
}

function motion(
  id: string,
  keys: readonly string[],
  description: string,
  by: (desk: Desk) => number,
): Action {
  return {
    id: `results-${id}`,
    keys,
    scope: 'results',
    title: id.replace('-', ' '),
    description,
    run: desk => {
      const results = desk.session.search?.results ?? [];
      const current = selectedResult(desk);
      if (!current) return;
      const at = Math.min(results.length - 1, Math.max(0, results.indexOf(current) + by(desk)));
      desk.screen.change({overlay: {kind: 'results', id: results[at]!.id}});
    },
  };
}

function turn({screen}: Desk, by: number): void {
  const {overlay} = screen;
  if (overlay?.kind !== 'result') return;
  const at = (resultViews.indexOf(overlay.view) + by + resultViews.length) % resultViews.length;
  screen.change({overlay: {...overlay, view: resultViews[at]!, top: 0}});
}

function whyNoResult(desk: Desk): string | null {
  return selectedResult(desk) ? null : 'There is no result.';
}

function whyNoTopic({session, workbench}: Desk): string | null {
  if (session.topic.status === 'missing') return 'The topic is not there yet, so nothing can be in it.';
  return workbench ? null : 'Still starting.';
}
