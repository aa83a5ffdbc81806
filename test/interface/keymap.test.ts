import {describe, expect, it} from 'vitest';
import {actions, actionsAt, type Place, places} from '../../source/interface/keymap.ts';
import {forbiddenKeys, shownKey} from '../../source/interface/keys.ts';

const everyPlace = Object.keys(places) as Place[];

/** Keys that two actions of one place would both take. */
function duplicatesAt(place: Place): string[] {
  const takenBy = new Map<string, string>();
  return actionsAt(place).flatMap(({id, keys}) =>
    keys.flatMap(key => {
      const other = takenBy.get(key);
      takenBy.set(key, id);
      return other === undefined ? [] : [`${key}: ${other} and ${id}`];
    }),
  );
}

describe('the registry of keys', () => {
  it.each(everyPlace)('gives each key one meaning in the place %s', place => {
    expect(duplicatesAt(place)).toEqual([]);
  });

  it('takes no key that a terminal cannot tell from another, keeps for itself or does not send', () => {
    const taken = actions.flatMap(({id, keys}) => keys.map(key => `${key}: ${id}`));
    expect(taken.filter(each => forbiddenKeys.some(key => each.startsWith(`${key}: `)))).toEqual([]);
  });

  it('has a name, a title and a description for each action, a key for what hints tell, and no name twice', () => {
    for (const {id, title, description, keys, hint} of actions) {
      expect(title, id).not.toBe('');
      expect(description.length, id).toBeGreaterThan(title.length - 1);
      if (hint !== undefined) expect(keys.length, id).toBeGreaterThan(0);
    }
    const ids = actions.map(({id}) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it('has only chords, Tab and Esc where text is typed', () => {
    for (const place of ['payload', 'palette', 'skip', 'skip-batch', 'filter', 'search'] as const) {
      const characters = actionsAt(place).flatMap(({keys}) => keys.filter(key => [...key].length === 1));
      expect(characters, place).toEqual([]);
    }
  });

  it('leads out of every place by Esc and to the end by Ctrl+C', () => {
    for (const place of everyPlace) {
      const keys = actionsAt(place).flatMap(each => each.keys);
      if (place !== 'leaving') expect(keys, place).toContain('esc');
      expect(keys, place).toContain('ctrl+c');
    }
  });

  it('tells keys as they stand on the keyboard', () => {
    expect(['ctrl+s', 'alt+enter', 'pagedown', 'q', '?', 'shift+tab'].map(shownKey)).toEqual([
      'Ctrl+S',
      'Alt+Enter',
      'PgDn',
      'q',
      '?',
      'Shift+Tab',
    ]);
  });
});
