import {createTheme} from '../../../source/interface/theme.ts';

/** Screen modes that the interface switches: cursor shown, alternate screen, bracketed paste, synchronized output. */
const modes = new Set(['25', '1049', '2004', '2026']);
/** Cursor movement and erasing, on a screen of at most 300 columns. */
const movements = 'ABCDEFGHJK';
const farthest = 300;
/** What ink-text-input draws with beside the theme: its cursor and its grey placeholder. */
const fieldColours = ['7', '27', '90', '39'];

const sequence = /^\[([0-9;?]*)([ -/]*)([@-~])/;
/** Characters that are not seen or reorder what is: written out here, so that the program's own list is not its judge. */
const unseen = new RegExp(
  [
    String.raw`\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}`,
    String.raw`[\u{115F}\u{1160}\u{3164}\u{FFA0}\u{FEFF}]|\u{034F}|\u{17B4}|\u{17B5}`,
    String.raw`[\u{180B}-\u{180F}]|[\u{200B}-\u{200F}]|[\u{2028}-\u{202E}]|[\u{2060}-\u{206F}]`,
    String.raw`[\u{FFF0}-\u{FFFB}]|[\u{E0000}-\u{E0FFF}]`,
  ].join('|'),
  'u',
);

/** A sequence that may become one of those that the interface writes: it begins as they do, and ends with the bytes. */
const begun = /\u001B(?:\[[0-9;?]*)?$/;

/**
 * What a terminal would act on or hide in these bytes and the interface does not write itself, each with what stands
 * around it. Empty: nothing foreign. The bytes have to be UTF-8 to the letter; where the program still draws, a last
 * character or sequence may be on its way.
 */
export function foreignIn(bytes: Buffer, theme: ReadonlySet<string> = themeColours()): string[] {
  const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
  const text = decoder.decode(bytes, {stream: true}).replace(begun, '');
  const foreign = new Set<string>();
  for (let at = 0; at < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(at)!);
    const length = character === '\u001B' ? ownSequence(text.slice(at + 1, at + 40), theme) : null;
    if (length !== null) {
      at += 1 + length;
      continue;
    }
    if (character !== '\r' && character !== '\n' && unseen.test(character)) {
      foreign.add(JSON.stringify(text.slice(Math.max(0, at - 20), at + 20)));
    }
    at += character.length;
  }
  return [...foreign].slice(0, 20);
}

/** How long the sequence after an escape is, where it is one that the interface writes; else null. */
function ownSequence(rest: string, theme: ReadonlySet<string>): number | null {
  const found = sequence.exec(rest);
  if (!found) return null;
  const [all, parameters, intermediates, final] = found as unknown as [string, string, string, string];
  if (intermediates !== '') return null;
  if (final === 'm') return parameters.split(';').every(each => theme.has(each)) ? all.length : null;
  if (final === 'h' || final === 'l')
    return parameters.startsWith('?') && modes.has(parameters.slice(1)) ? all.length : null;
  const isNear =
    /^[0-9;]*$/.test(parameters) && parameters.split(';').every(each => Number(each) <= farthest);
  return movements.includes(final) && isNear ? all.length : null;
}

/** The numbers of all colours and weights that the theme has. */
function themeColours(): ReadonlySet<string> {
  const drawn = Object.values(createTheme({}))
    .map(style => style('x'))
    .join('');
  const numbers = [...drawn.matchAll(/\u001B\[([0-9;]+)m/g)].flatMap(([, each]) => each!.split(';'));
  return new Set([...numbers, ...fieldColours]);
}
