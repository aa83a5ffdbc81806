import stringWidth from 'string-width';
import {nextBoundary, runFrom} from './graphemes.ts';

const plain = /^[ -~]*$/;

/** The columns that a text takes on the screen. The text must be safe to show (`safeText`): no colours, no controls. */
export function textWidth(text: string): number {
  return plain.test(text) ? text.length : prefixWithin(text, Number.POSITIVE_INFINITY).width;
}

export type Prefix = {
  /** In UTF-16 units, at a character's boundary. */
  readonly end: number;
  readonly width: number;
};

/** The longest beginning of whole characters that takes at most `most` columns. Looks no further than it must. */
export function prefixWithin(text: string, most: number): Prefix {
  let at = 0;
  let width = 0;
  while (at < text.length) {
    const run = runFrom(text, at);
    const own = run.width ?? characterWidth(text.slice(at, run.end));
    if (width + own > most) {
      const fit = run.each === 0 ? 0 : Math.max(0, Math.floor((most - width) / run.each));
      return {end: at + fit, width: width + fit * run.each};
    }
    width += own;
    at = run.end;
  }
  return {end: at, width};
}

const known = new Map<string, number>();

function characterWidth(character: string): number {
  const width = known.get(character) ?? stringWidth(character, {countAnsiEscapeCodes: true});
  if (known.size >= 4096) known.clear();
  if (character.length <= 16) known.set(character, width);
  return width;
}

/**
 * The text where it fits into `width` columns, else its beginning with `…`. Never wider; one column less where a wide
 * character would have to be halved.
 */
export function cutToWidth(text: string, width: number): string {
  if (width <= 0) return '';
  if (text.length <= width && plain.test(text)) return text;
  const {end} = prefixWithin(text, width);
  if (end === text.length) return text;
  return `${text.slice(0, prefixWithin(text, width - 1).end)}…`;
}

/** The text in exactly `width` columns: cut where it is longer, filled with spaces where it is shorter. */
export function padToWidth(text: string, width: number, align: 'start' | 'end' = 'start'): string {
  const cut = cutToWidth(text, width);
  const space = ' '.repeat(Math.max(0, width - textWidth(cut)));
  if (align === 'start') return cut + space;
  const padded = space + cut;
  // A mark at the beginning becomes one with the space before it.
  return padded + ' '.repeat(Math.max(0, width - textWidth(padded)));
}

/** The characters of a text one by one, as a reader counts them. */
export function* eachCharacter(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = nextBoundary(text, at);
    yield text.slice(at, end);
    at = end;
  }
}
