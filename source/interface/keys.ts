import type {Key} from 'ink';

const named = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
] as const satisfies readonly (readonly [keyof Key, string])[];

/** A key press by one name: `ctrl+s`, `alt+enter`, `shift+tab`, `pagedown`, `q`, `?`; several characters at once: as typed. */
export function keyName(input: string, key: Key): string {
  const found = named.find(([field]) => key[field]);
  const name = found ? found[1] : input;
  const alt = key.meta && name !== 'esc' ? 'alt+' : '';
  const control = key.ctrl ? 'ctrl+' : '';
  const shift = key.shift && found ? 'shift+' : '';
  return `${control}${alt}${shift}${found || !(key.ctrl || key.meta) ? name : name.toLowerCase()}`;
}

const shownNames: Readonly<Record<string, string>> = {
  enter: 'Enter',
  esc: 'Esc',
  tab: 'Tab',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  home: 'Home',
  end: 'End',
  ctrl: 'Ctrl',
  alt: 'Alt',
  shift: 'Shift',
};

/** As a person reads it: `Ctrl+S`. */
export function shownKey(name: string): string {
  if (name.length === 1) return name;
  return name
    .split('+')
    .map(
      (part, at, parts) =>
        shownNames[part] ?? (parts.length > 1 && at === parts.length - 1 ? part.toUpperCase() : part),
    )
    .join('+');
}

/** Keys that cannot be told from others in a terminal (Tab, Enter, Backspace, Esc), that stop the program, or that do not arrive. */
export const forbiddenKeys: readonly string[] = [
  'ctrl+i',
  'ctrl+m',
  'ctrl+j',
  'ctrl+h',
  'ctrl+[',
  'ctrl+z',
  'ctrl+q',
  'ctrl+enter',
  'ctrl+\\',
  ...Array.from({length: 12}, (_, at) => `f${at + 1}`),
];
