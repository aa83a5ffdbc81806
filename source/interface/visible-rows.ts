import {parseFilter, type RowFilter} from '../session/filter.ts';
import type {Row} from '../session/row.ts';
import type {Session} from '../session/session.ts';
import type {Screen} from './screen.ts';

type Parsed = {readonly text: string; readonly filter: RowFilter | null; readonly problem: string | null};

let parsed: Parsed = {text: '', filter: null, problem: null};
let found: {readonly version: number; readonly text: string; readonly rows: readonly Row[]} | null = null;

/** Messages for the consumer pane, oldest first: all in view, or what the filter lets through; one that means nothing: none. */
export function visibleRows(session: Session, {filter: text}: Screen): readonly Row[] {
  if (text.trim() === '') return session.stream.rows;
  if (found?.version === session.version && found.text === text) return found.rows;
  const {filter, problem} = parse(text);
  const rows =
    problem !== null
      ? []
      : filter
        ? session.stream.rows.filter(row => filter(row, session))
        : session.stream.rows;
  found = {version: session.version, text, rows};
  return rows;
}

/** A sentence where the filter means nothing. */
export function filterProblem({filter}: Screen): string | null {
  return parse(filter).problem;
}

function parse(text: string): Parsed {
  if (parsed.text === text) return parsed;
  parsed = {text, filter: null, problem: null, ...parseFilter(text)};
  return parsed;
}

/** Where the row of this id is, or the next one that there is; the last where there is none. Rows are in order of id. */
export function indexFrom(rows: readonly Row[], id: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
