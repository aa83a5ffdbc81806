import stringWidth from 'string-width';
import {textWidth} from '../payload/width.ts';

/** Styles, which is all that our rows hold beside text. */
const styles = /\u001B\[[\d;]*m/g;
const mostKnown = 512;
let known = new Map<string, number>();
let knownBefore = new Map<string, number>();

/**
 * The columns of a text's widest line. The build puts it where Ink asks `widest-line`: Ink measures every text of the
 * screen anew at every drawing, changed or not, which costs more than anything else once a line has a glyph in it.
 */
export default function widestLine(text: string): number {
  const seen = known.get(text);
  if (seen !== undefined) return seen;
  const width = knownBefore.get(text) ?? Math.max(...text.split('\n').map(quickWidth));
  if (known.size >= mostKnown) {
    knownBefore = known;
    known = new Map();
  }
  known.set(text, width);
  return width;
}

/** The columns of one line with its styles; the build puts it where Ink asks `string-width`. */
export function quickWidth(line: string): number {
  const bare = line.includes('\u001B') ? line.replace(styles, '') : line;
  // Something else than styles, as of a library: its own measure knows more of it.
  return bare.includes('\u001B') || bare.includes('\u009B') ? stringWidth(line) : textWidth(bare);
}
