import {nextBoundary} from '../../../payload/graphemes.ts';
import {cutToWidth, padToWidth} from '../../../payload/width.ts';
import {cellOf, columnAt, displayColumn} from './cells.ts';
import {type JsonPart, stretchAt} from './colour-json.ts';
import {placeOf, type TextBuffer} from './text-buffer.ts';

/** The first line that is seen, and the first column, as on the screen. */
export type Scroll = {readonly top: number; readonly left: number};

type Style = (text: string) => string;

/** How each part is drawn: the function puts its colour on a safe text and takes it off again. */
export type EditorTheme = Readonly<
  Record<'key' | 'string' | 'number' | 'literal' | 'dim' | 'error' | 'cursor', Style>
>;

export type EditorLook = {
  readonly focused: boolean;
  /** Where the text breaks, as `checkJson` says it: from 1, the column in code points. */
  readonly errorAt?: {readonly line: number; readonly column: number} | null;
  readonly theme: EditorTheme;
};

/** The scroll state in which the cursor is seen, moved no more than needed. */
export function followCursor(
  {lines, cursor}: TextBuffer,
  scroll: Scroll,
  width: number,
  height: number,
): Scroll {
  const most = Math.max(0, lines.length - height);
  const top = Math.min(Math.max(scroll.top, cursor.line - height + 1), cursor.line, Math.max(most, 0));
  const {area} = frameOf(lines.length, width);
  const line = lines[cursor.line]!;
  const begin = displayColumn(line, cursor.column);
  const end = begin + widthAt(line, cursor.column);
  // Some columns at once: a row that scrolls is drawn anew, and with it all others.
  const ahead = Math.floor(area / 4);
  let {left} = scroll;
  if (begin < left) left = Math.max(0, begin - ahead);
  if (end > left + area) left = Math.min(end - area + ahead, begin);
  return top === scroll.top && left === scroll.left ? scroll : {top, left};
}

function widthAt(line: string, column: number): number {
  return column < line.length ? cellOf(line.slice(column, nextBoundary(line, column))).width : 1;
}

type Frame = {
  /** Columns of the line numbers and the mark behind them; 0 where there is no room. */
  readonly gutter: number;
  /** Columns of the text. */
  readonly area: number;
  /** Columns of the mark that a line goes on. */
  readonly mark: number;
};

function frameOf(lineCount: number, width: number): Frame {
  const gutter = Math.max(2, String(lineCount).length) + 1;
  if (width < gutter + 12) return {gutter: 0, area: Math.max(0, width), mark: 0};
  return {gutter, area: width - gutter - 1, mark: 1};
}

/**
 * The editor as `height` rows of exactly `width` columns, with line numbers and the colours of JSON. Looks only at the
 * lines that are seen. No control character of the text gets into a row: the only ones are the theme's.
 */
export function editorRows(
  buffer: TextBuffer,
  scroll: Scroll,
  width: number,
  height: number,
  look: EditorLook,
): string[] {
  const {lines, cursor} = buffer;
  const {theme} = look;
  const {gutter, area, mark} = frameOf(lines.length, width);
  const wrong = look.errorAt ? placeOf(buffer, look.errorAt) : null;
  return Array.from({length: Math.max(0, height)}, (_, row) => {
    const at = scroll.top + row;
    const line = lines[at];
    if (line === undefined) return ' '.repeat(Math.max(0, width));
    const isWrong = wrong?.line === at;
    const text = textRow(line, scroll.left, area, {
      theme,
      cursor: look.focused && cursor.line === at ? cursor.column : null,
      wrong: isWrong ? wrong.column : null,
    });
    if (gutter === 0) return text.drawn;
    const label = String(at + 1).padStart(gutter - 1);
    const number = isWrong ? theme.error(label) : theme.dim(label);
    const before = scroll.left > 0 && line !== '' ? theme.dim('‹') : ' ';
    return number + before + text.drawn + (mark === 0 ? '' : text.goesOn ? theme.dim('›') : ' ');
  });
}

type Marks = {readonly theme: EditorTheme; readonly cursor: number | null; readonly wrong: number | null};

function textRow(line: string, left: number, area: number, marks: Marks): {drawn: string; goesOn: boolean} {
  const pen = new Pen(marks);
  const start = columnAt(line, left);
  let at = start.column;
  // Negative where the first character began before the left edge.
  let x = start.display - left;
  if (at === line.length && x < 0) return {drawn: ' '.repeat(area), goesOn: false};
  let stretch = {end: 0, part: 'plain' as JsonPart};
  while (at < line.length && x < area) {
    while (stretch.end <= at) stretch = stretchAt(line, stretch.end);
    const end = nextBoundary(line, at);
    const cell = cellOf(line.slice(at, end));
    let {text} = cell;
    if (x < 0) text = padToWidth('…', x + cell.width);
    if (x + cell.width > area)
      text = padToWidth(cutToWidth(cell.text, area - Math.max(x, 0)), area - Math.max(x, 0));
    pen.draw(text, stretch.part, at);
    x += cell.width;
    at = end;
  }
  if (at === line.length && x < area && (marks.cursor === at || marks.wrong === at)) {
    pen.draw(' ', 'plain', at);
    x++;
  }
  return {drawn: pen.end() + ' '.repeat(Math.max(0, area - x)), goesOn: at < line.length};
}

/** Puts neighbours of one colour under one colour sequence. */
class Pen {
  readonly #marks: Marks;
  #drawn = '';
  #run = '';
  #part: JsonPart = 'plain';

  constructor(marks: Marks) {
    this.#marks = marks;
  }

  draw(text: string, part: JsonPart, at: number): void {
    const {theme, cursor, wrong} = this.#marks;
    if (at !== cursor && at !== wrong) {
      if (part !== this.#part) this.#flush();
      this.#part = part;
      this.#run += text;
      return;
    }
    this.#flush();
    // A colour is not seen on a blank.
    const marked = at === wrong ? theme.error(text.replace(/^ /, '␣')) : styled(theme, part, text);
    this.#drawn += at === cursor ? theme.cursor(marked) : marked;
  }

  end(): string {
    this.#flush();
    return this.#drawn;
  }

  #flush(): void {
    if (this.#run !== '') this.#drawn += styled(this.#marks.theme, this.#part, this.#run);
    this.#run = '';
  }
}

function styled(theme: EditorTheme, part: JsonPart, text: string): string {
  return part === 'plain' ? text : theme[part](text);
}
