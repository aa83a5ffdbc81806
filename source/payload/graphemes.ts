/**
 * Where one character, as a reader sees it, ends and the next begins (grapheme clusters, UAX #29). Positions are in
 * UTF-16 units. A step looks only at what lies around it, so that it costs the same in a line of a megabyte.
 */
const segmenter = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

/** Units that are looked at in one go: asking costs more than the answer. */
const window = 128;
/** What was looked at last: who walks through a text asks for the next character next. */
let seen: {text: string; starts: readonly number[]} = {text: '', starts: []};

function isAscii(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x20 && code <= 0x7e;
}

/** The end of the character that begins at the boundary `at`; the text's length at its end. */
export function nextBoundary(text: string, at: number): number {
  if (at >= text.length) return text.length;
  if (isAscii(text, at) && (at + 1 === text.length || isAscii(text, at + 1))) return at + 1;
  if (seen.text !== text || !isSeen(at)) look(text, at);
  return seen.starts[indexOf(at) + 1]!;
}

function isSeen(at: number): boolean {
  const index = indexOf(at);
  return index < seen.starts.length - 1 && seen.starts[index] === at;
}

/** Where `at` is among the starts, or would be. */
function indexOf(at: number): number {
  let low = 0;
  let high = seen.starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seen.starts[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function look(text: string, at: number): void {
  for (let size = window; ; size *= 2) {
    const starts = [at];
    for (const {segment} of segmenter.segment(text.slice(at, at + size)))
      starts.push(starts.at(-1)! + segment.length);
    // Where the window ends, a character may go on; its last unit may be half of a pair that belongs to the one before.
    if (at + size < text.length) while (starts.at(-1)! >= at + size - 1) starts.pop();
    seen = {text, starts};
    if (starts.length > 1) return;
  }
}

/** The beginning of the character that ends at the boundary `at`; 0 at the beginning. */
export function previousBoundary(text: string, at: number): number {
  if (at <= 1) return 0;
  if (isAscii(text, at - 1) && isAscii(text, at - 2)) return at - 1;
  let begin = knownBoundary(text, at - 1);
  for (;;) {
    const next = nextBoundary(text, begin);
    if (next >= at) return begin;
    begin = next;
  }
}

/** `at` where it is a boundary, else the end of the character that it lies in. */
export function boundaryFrom(text: string, at: number): number {
  if (at <= 0) return 0;
  if (at >= text.length) return text.length;
  if (isAscii(text, at) && isAscii(text, at - 1)) return at;
  let boundary = knownBoundary(text, at);
  while (boundary < at) boundary = nextBoundary(text, boundary);
  return boundary;
}

/** How far a place is looked for where a boundary is certain, before one is assumed. */
const lookBack = 1024;

/** A boundary at or before `at`: between two ASCII characters there is always one. */
function knownBoundary(text: string, at: number): number {
  const least = Math.max(0, at - lookBack);
  for (let place = at; place > least; place--) {
    if (isAscii(text, place) && isAscii(text, place - 1)) return place;
  }
  const code = text.charCodeAt(least);
  return least > 0 && code >= 0xdc00 && code <= 0xdfff ? least - 1 : least;
}

const narrowSet =
  ' -~\u00a1-\u00ac\u00ae-\u02af\u0391-\u03a1\u03a3-\u03ce\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2190-\u2193\u21b7\u21bb\u21c4\u2500-\u259f\u25b8\u25cb-\u25cc\u25cf\u2713\u2717';
const wideSet = '\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3';
const pictureSet = '[\\p{Emoji_Presentation}&&\\p{Extended_Pictographic}]';

/** One unit and one column each, and part of a longer character only if a mark or a joiner follows. */
const narrow = new RegExp(`[${narrowSet}]{1,2048}`, 'y');
/** Likewise with two columns: kana, ideographs and Hangul syllables. */
const wide = new RegExp(`[${wideSet}]{1,2048}`, 'y');
/** A picture of two columns by itself. */
const picture = new RegExp(pictureSet, 'vy');
/** What never becomes one character with one of these before it. */
const apart = new RegExp(`[${narrowSet}${wideSet}${pictureSet}]|$`, 'vy');

export type Run = {
  readonly end: number;
  /** Columns of the whole, or undefined: it is one character that has yet to be measured. */
  readonly width: number | undefined;
  /** Columns of each unit, or 0: it is one character. */
  readonly each: 0 | 1 | 2;
};

/** From the boundary `at`: as many characters as are known to be equally wide, else the one character. */
export function runFrom(text: string, at: number): Run {
  const code = text.charCodeAt(at);
  const each = code < 0x3000 ? 1 : 2;
  const simple = each === 1 ? narrow : wide;
  simple.lastIndex = at;
  if (simple.test(text)) {
    const end = isApart(text, simple.lastIndex) ? simple.lastIndex : simple.lastIndex - 1;
    if (end > at) return {end, width: (end - at) * each, each};
  } else {
    picture.lastIndex = at;
    if (picture.test(text) && isApart(text, picture.lastIndex))
      return {end: picture.lastIndex, width: 2, each: 0};
  }
  return {end: nextBoundary(text, at), width: undefined, each: 0};
}

function isApart(text: string, at: number): boolean {
  apart.lastIndex = at;
  return apart.test(text);
}
