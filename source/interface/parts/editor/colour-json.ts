import {stringEnd} from '../../../payload/format-json.ts';

export type JsonPart = 'key' | 'string' | 'number' | 'literal' | 'plain';

/** A stretch of a line that has one colour; it begins where the one before ends. */
export type Stretch = {readonly end: number; readonly part: JsonPart};

const word = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const number = /-?\d[\d.eE+-]*/y;
const other = /[^"\-\d\p{L}_$]+/uy;
const literals: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/** What stands at `at` in a line of JSON, right or wrong. A line is enough: no token of JSON goes over a line end. */
export function stretchAt(line: string, at: number): Stretch {
  if (line[at] === '"') {
    const end = stringEnd(line, at);
    return {end, part: isColonNext(line, end) ? 'key' : 'string'};
  }
  const ends = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.test(line) ? pattern.lastIndex : 0;
  };
  let end = ends(word);
  if (end > 0) return {end, part: literals.has(line.slice(at, end)) ? 'literal' : 'plain'};
  end = ends(number);
  if (end > 0) return {end, part: 'number'};
  return {end: Math.max(ends(other), at + 1), part: 'plain'};
}

function isColonNext(line: string, from: number): boolean {
  let at = from;
  while (line[at] === ' ' || line[at] === '\t') at++;
  return line[at] === ':';
}
