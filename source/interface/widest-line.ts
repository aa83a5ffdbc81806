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
  const width = knownBefore.get(text) ?? measured(text);
  if (known.size >= mostKnown) {
    knownBefore = known;
    known = new Map();
  }
  known.set(text, width);
  return width;
}

function measured(text: string): number {
  let widest = 0;
  for (const line of text.split('\n')) {
    const bare = line.replace(styles, '');
    // Something else than styles, as of a library: its own measure knows more of it.
    const width = bare.includes('\u001B') || bare.includes('\u009B') ? stringWidth(line) : textWidth(bare);
    widest = Math.max(widest, width);
  }
  return widest;
}
