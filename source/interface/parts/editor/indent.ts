import {indentOf} from './motions.ts';
import type {Edit, Place} from './text-edit.ts';

type EditTo = {readonly edit: Edit; readonly after: Place};

/**
 * A line end as a person who writes JSON means it: the new line is indented like this one, one level deeper behind an
 * opening bracket, and a closing bracket right behind the cursor goes to a line of its own.
 */
export function newlineAt(line: string, at: Place): EditTo {
  const before = line.slice(0, at.column);
  const behind = line.slice(at.column);
  const outer = indentOf(before);
  const opens = endsWithOpening(before);
  const inner = opens ? outer + levelOf(outer) : outer;
  // In the midst of a line the blanks there give way to the indentation.
  const removed = before.length > outer.length ? indentOf(behind) : '';
  const next = behind[removed.length];
  const ownLine = opens && (next === '}' || next === ']') ? `\n${outer}` : '';
  return {
    edit: {at, removed, inserted: `\n${inner}${ownLine}`},
    after: {line: at.line + 1, column: inner.length},
  };
}

/** A closing bracket typed as the first of its line goes one level out; undefined where that is not so. */
export function closingBracket(line: string, at: Place, typed: string): Edit | undefined {
  if (typed !== '}' && typed !== ']') return undefined;
  const before = line.slice(0, at.column);
  const level = levelOf(before);
  if (indentOf(before).length !== before.length || !before.endsWith(level)) return undefined;
  return {at: {line: at.line, column: at.column - level.length}, removed: level, inserted: typed};
}

function endsWithOpening(text: string): boolean {
  const last = text.trimEnd().at(-1);
  return last === '{' || last === '[';
}

function levelOf(indent: string): string {
  return indent.endsWith('\t') ? '\t' : '  ';
}
