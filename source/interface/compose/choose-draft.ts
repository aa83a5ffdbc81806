import type {Desk} from '../desk.ts';
import type {Choice} from './compose-port.ts';

let listed: {readonly from: string; readonly choices: readonly Choice[]} = {from: '', choices: []};

/** Opens the list of templates, or of what was published before, as it stands now. */
export function openDrafts({compose, screen, session}: Desk, from: 'templates' | 'history'): void {
  const choices = from === 'templates' ? compose.templates() : compose.history();
  if (choices === null || choices.length === 0) {
    const why =
      choices === null ? 'No history is kept (KAFKA_NOTIFY_HISTORY=off).' : 'Nothing was published here yet.';
    session.say('info', why);
    return;
  }
  listed = {from, choices};
  screen.change({overlay: {kind: 'drafts', from, query: '', at: 0}});
}

/** The drafts with all the words in their name, note, key or value. */
export function matchingDrafts(query: string): readonly Choice[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return listed.choices;
  return listed.choices.filter(({name, note, draft}) => {
    const text =
      `${name} ${note} ${draft.key ?? ''} ${draft.value?.slice(0, 10_000) ?? 'null'}`.toLowerCase();
    return words.every(word => text.includes(word));
  });
}

/** Takes it as the draft; undo brings the text before back. */
export function takeChoice({composer, screen, session}: Desk, choice: Choice | undefined): void {
  screen.change({overlay: null});
  if (!choice) return;
  if (composer.replacing) {
    session.say('warning', 'A held message is being edited: publish it, or give it up with Esc.');
    return;
  }
  composer.load(choice.draft);
  screen.change({focus: 'payload', field: 'value'});
  session.say('info', `Taken: ${choice.name.slice(0, 40)}. Alt+Z brings the text before back.`);
}

/** Keeps the draft under that name; where it cannot be, the name stays to be changed. */
export function saveTemplate({compose, composer, screen}: Desk, name: string): void {
  if (compose.saveTemplate(name.trim(), composer.draft)) screen.change({overlay: null});
}
