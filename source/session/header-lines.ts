import {isUtf8} from 'node:buffer';
import type {DraftHeader} from '../flow/delivery.ts';
import {nameBytes} from '../flow/message.ts';
import {bytesOfLine, lineOfBytes} from './bytes-as-line.ts';

/**
 * One header as a person writes it: `name: text`, `name:` for an empty value, `name` alone for null, `name: base64:…` for
 * bytes. A name that would be read as something else stands in quotes, as a string of JSON: `"a: b": text`; in them, too,
 * `base64:…` stands for bytes.
 */
export function headerLine(header: DraftHeader): string {
  const name = nameAsWritten(header);
  const text = lineOfBytes(header.value);
  return text === null ? name : text === '' ? `${name}:` : `${name}: ${text}`;
}

export type ReadHeaders =
  | {readonly headers: readonly DraftHeader[]}
  | {readonly problem: string; readonly line: number};

/** Reads headers, one a line; empty lines are passed over. `line` counts from 1. */
export function readHeaderLines(text: string): ReadHeaders {
  const headers: DraftHeader[] = [];
  let line = 0;
  for (const written of text.split('\n')) {
    line++;
    if (written.trim() === '') continue;
    const split = splitLine(written);
    if (typeof split === 'string') return {problem: `line ${line}${split}`, line};
    const value = bytesOfLine(split.value);
    if (value === 'unreadable') return {problem: `line ${line}: after base64: stands no base64`, line};
    headers.push({...split.name, value});
  }
  return {headers};
}

type Name = Pick<DraftHeader, 'name' | 'rawName'>;

/** Its name, and its value as it is written; or what is wrong with it. */
function splitLine(line: string): {readonly name: Name; readonly value: string | null} | string {
  const begin = line.trimStart();
  if (begin.startsWith('"')) return splitQuoted(begin);
  const colon = line.indexOf(':');
  const name = (colon < 0 ? line : line.slice(0, colon)).trim();
  if (name === '') return ' has no name before the colon';
  return {name: {name}, value: colon < 0 ? null : valueAfter(line.slice(colon))};
}

function splitQuoted(line: string): ReturnType<typeof splitLine> {
  const quoted = /^"(?:[^"\\]|\\.)*"/.exec(line)?.[0];
  if (quoted === undefined) return ': the quotes of its name are not closed';
  const name = nameInQuotes(quoted);
  if (name === null) return ': its name in quotes is no string of JSON, or no base64';
  const rest = line.slice(quoted.length).trimStart();
  if (rest !== '' && !rest.startsWith(':')) return ': after its name in quotes stands no colon';
  return {name, value: rest === '' ? null : valueAfter(rest)};
}

/** After the colon and one blank. */
function valueAfter(colon: string): string {
  return colon.slice(1).replace(/^ /, '');
}

function nameInQuotes(quoted: string): Name | null {
  let text: string;
  try {
    text = JSON.parse(quoted) as string;
  } catch {
    return null;
  }
  const bytes = bytesOfLine(text);
  if (bytes === 'unreadable' || bytes === null) return null;
  const name = bytes.toString('utf8');
  return isUtf8(bytes) ? {name} : {name, rawName: bytes};
}

function nameAsWritten(header: DraftHeader): string {
  const text = lineOfBytes(nameBytes(header))!;
  const isPlain = header.rawName === undefined && !/^["\s]|\s$|:|^$/.test(text);
  return isPlain ? text : JSON.stringify(text);
}
