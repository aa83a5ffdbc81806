import {safeText} from '../../payload/safe-text.ts';
import type {DraftText} from '../../session/draft.ts';
import {exactly, row} from '../cells.ts';
import type {Area} from '../layout.ts';
import type {Theme} from '../theme.ts';
import type {Choice} from './compose-port.ts';

/** More of a value than any screen shows. */
const shownCharacters = 20_000;

/** The drafts to choose from, one of them chosen, and beside them what that one is. */
export function draftRows(choices: readonly Choice[], at: number, area: Area, theme: Theme): string[] {
  const {width, height} = area;
  if (choices.length === 0) return exactly([row([' No draft has all these words.'], width)], area);
  const listWidth = Math.min(44, Math.max(26, Math.floor(width * 0.42)));
  const first = Math.max(0, Math.min(at - Math.floor(height / 2), choices.length - height));
  const list = choices.slice(first, first + height).map(({name, note}, index) => {
    const isChosen = first + index === at;
    const text = `${isChosen ? '▸' : ' '} ${safeText(name)}`;
    return isChosen
      ? row([[row([text, note === '' ? '' : `  ${safeText(note)}`], listWidth), theme.selected]], listWidth)
      : row([text, [note === '' ? '' : `  ${safeText(note)}`, theme.quiet]], listWidth);
  });
  const previewWidth = width - listWidth - 2;
  const preview = previewRows(choices[at]!.draft, previewWidth, theme);
  return Array.from({length: height}, (_, index) => {
    const left = list[index] ?? ' '.repeat(listWidth);
    return `${left}  ${preview[index] ?? ' '.repeat(previewWidth)}`;
  });
}

/** Key, headers and what is switched on, then the value. */
function previewRows(draft: DraftText, width: number, theme: Theme): string[] {
  const {key, headers, partition, expands, raw, value} = draft;
  const facts = [
    ...(key === null ? [] : [key === '' ? 'an empty key' : `key ${key}`]),
    ...(partition === '' ? [] : [`partition ${partition}`]),
    ...(expands ? ['placeholders on'] : []),
    ...(raw ? ['raw, not checked'] : []),
  ];
  const about = [
    ...(facts.length > 0 ? [facts.join(' · ')] : []),
    ...headers.split('\n').filter(line => line.trim() !== ''),
  ];
  const lines = value === null ? ['null: a tombstone'] : value.slice(0, shownCharacters).split('\n');
  return [
    ...about.map(line => row([[safeText(line), theme.quiet]], width)),
    ...lines.map(line => row([safeText(line)], width)),
  ];
}
