import {parseFilter, type RowFilter} from '../session/filter.ts';
import type {Row} from '../session/row.ts';
import type {Session} from '../session/session.ts';
import type {Screen} from './screen.ts';

let parsed: {readonly text: string; readonly filter: RowFilter | null} = {text: '', filter: null};
let found: {readonly version: number; readonly text: string; readonly rows: readonly Row[]} | null = null;

/** The messages that the consumer pane shows, oldest first: all in view, or those that the filter lets through. */
export function visibleRows(session: Session, {filter: text}: Screen): readonly Row[] {
  if (text.trim() === '') return session.stream.rows;
  if (found?.version === session.version && found.text === text) return found.rows;
  if (parsed.text !== text) parsed = {text, filter: parseFilter(text)};
  const {filter} = parsed;
  const rows = filter ? session.stream.rows.filter(row => filter(row, session)) : session.stream.rows;
  found = {version: session.version, text, rows};
  return rows;
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
