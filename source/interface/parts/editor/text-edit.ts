/** A place in the text: the line from 0, the column in UTF-16 units from 0, between two characters. */
export type Place = {readonly line: number; readonly column: number};

/** One change: at this place `removed` gave way to `inserted`. Line ends are `\n`. */
export type Edit = {readonly at: Place; readonly removed: string; readonly inserted: string};

/** The lines after the change. All lines that it does not touch are the same strings. */
export function applyEdit(lines: readonly string[], {at, removed, inserted}: Edit): readonly string[] {
  const end = endOf(at, removed);
  const head = lines[at.line]!.slice(0, at.column);
  const tail = lines[end.line]!.slice(end.column);
  const pieces = inserted.split('\n');
  if (pieces.length === 1 && end.line === at.line) return lines.with(at.line, head + inserted + tail);
  pieces[0] = head + pieces[0];
  pieces[pieces.length - 1] += tail;
  return lines.slice(0, at.line).concat(pieces, lines.slice(end.line + 1));
}

export function inverse({at, removed, inserted}: Edit): Edit {
  return {at, removed: inserted, inserted: removed};
}

/** The place behind a text that begins at `at`. */
export function endOf(at: Place, text: string): Place {
  let breaks = 0;
  let last = -1;
  for (let next = text.indexOf('\n'); next !== -1; next = text.indexOf('\n', next + 1)) {
    breaks++;
    last = next;
  }
  return breaks === 0
    ? {line: at.line, column: at.column + text.length}
    : {line: at.line + breaks, column: text.length - last - 1};
}

export function textBetween(lines: readonly string[], from: Place, to: Place): string {
  if (from.line === to.line) return lines[from.line]!.slice(from.column, to.column);
  return [
    lines[from.line]!.slice(from.column),
    ...lines.slice(from.line + 1, to.line),
    lines[to.line]!.slice(0, to.column),
  ].join('\n');
}

export function isBefore(left: Place, right: Place): boolean {
  return left.line < right.line || (left.line === right.line && left.column < right.column);
}
