import {nextBoundary, previousBoundary} from '../../../payload/graphemes.ts';
import type {Place} from './text-edit.ts';

export type Motion =
  | 'left'
  | 'right'
  | 'word-left'
  | 'word-right'
  | 'line-start'
  | 'line-end'
  | 'start'
  | 'end';

type Lines = readonly string[];

/** Where a motion leads to from a place; the place itself where there is nowhere to go. */
export function placeAfter(motion: Motion, lines: Lines, from: Place): Place {
  return motions[motion](lines, from);
}

const motions: Record<Motion, (lines: Lines, from: Place) => Place> = {
  left(lines, {line, column}) {
    if (column > 0) return {line, column: previousBoundary(lines[line]!, column)};
    return line > 0 ? {line: line - 1, column: lines[line - 1]!.length} : {line, column};
  },
  right(lines, {line, column}) {
    const text = lines[line]!;
    if (column < text.length) return {line, column: nextBoundary(text, column)};
    return line < lines.length - 1 ? {line: line + 1, column: 0} : {line, column};
  },
  /** To the beginning of the word before, as Readline does. */
  'word-left'(lines, from) {
    const {line, column} = from.column === 0 ? motions.left(lines, from) : from;
    const text = lines[line]!;
    let at = column;
    let inWord = false;
    while (at > 0) {
      const before = previousBoundary(text, at);
      const isWord = isWordAt(text, before);
      if (inWord && !isWord) break;
      inWord ||= isWord;
      at = before;
    }
    return {line, column: at};
  },
  /** To the end of the next word, as Readline does. */
  'word-right'(lines, from) {
    const {line, column} = from.column === lines[from.line]!.length ? motions.right(lines, from) : from;
    const text = lines[line]!;
    let at = column;
    let inWord = false;
    while (at < text.length) {
      const isWord = isWordAt(text, at);
      if (inWord && !isWord) break;
      inWord ||= isWord;
      at = nextBoundary(text, at);
    }
    return {line, column: at};
  },
  /** To the first character that is no blank; from there to the very beginning. */
  'line-start'(lines, {line, column}) {
    const first = indentOf(lines[line]!).length;
    return {line, column: column === first ? 0 : first};
  },
  'line-end': (lines, {line}) => ({line, column: lines[line]!.length}),
  start: () => ({line: 0, column: 0}),
  end: lines => ({line: lines.length - 1, column: lines.at(-1)!.length}),
};

const wordCharacter = /^[\p{L}\p{N}\p{M}_]/u;

function isWordAt(text: string, at: number): boolean {
  return wordCharacter.test(String.fromCodePoint(text.codePointAt(at)!));
}

const indent = /^[ \t]*/;

export function indentOf(line: string): string {
  return indent.exec(line)![0];
}
