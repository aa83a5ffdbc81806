import {isUtf8} from 'node:buffer';
import type {DraftHeader} from '../flow/delivery.ts';
import {nameBytes} from '../flow/message.ts';
import {topLevelFields} from '../payload/top-level-fields.ts';

type Fields = Readonly<Record<string, unknown>>;
type Name = Pick<DraftHeader, 'name' | 'rawName'>;

const headersForm = '"headers" is an object of names and texts, or a list of {"name":"…","value":"…"}';

/** The headers that an act sets, by name or as a list; undefined: none. Read from the text: `JSON.parse` would put names that are numbers first, and drop those that stand there twice. */
export function headersOf(json: string | undefined): DraftHeader[] {
  if (json === undefined) return [];
  const fields = topLevelFields(json);
  if (fields) {
    return fields.flatMap(({name, text}) => {
      const value: unknown = JSON.parse(text);
      return (Array.isArray(value) ? value : [value]).map(each => headerOf({name}, each));
    });
  }
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) throw new Error(headersForm);
  return list.map(listed => {
    if (typeof listed !== 'object' || listed === null || Array.isArray(listed)) throw new Error(headersForm);
    const {name, nameBase64, value, ...others} = listed as Fields;
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new Error(`a header has a name and a value, and no "${unknown}"`);
    if (typeof name !== 'string' || value === undefined) throw new Error(headersForm);
    return headerOf(nameBase64 === undefined ? {name} : nameOf(nameBase64), value);
  });
}

function nameOf(base64: unknown): Name {
  const rawName = bytesOf('"nameBase64"', {base64})!;
  const name = rawName.toString('utf8');
  return isUtf8(rawName) ? {name} : {name, rawName};
}

function headerOf(name: Name, value: unknown): DraftHeader {
  return {...name, value: bytesOf(`the header "${name.name}"`, value)};
}

/** A text, null, or bytes as {"base64": "…"}, as outcomes are printed. */
export function bytesOf(what: string, value: unknown): Buffer | null {
  if (value === null) return null;
  if (typeof value === 'string') return Buffer.from(value);
  const code = (value as {base64?: unknown} | undefined)?.base64;
  if (typeof code === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(code)) return Buffer.from(code, 'base64');
  throw new Error(`${what} is a text, null or {"base64":"…"}`);
}

/**
 * Headers with those of `set` put over them: a name that is there takes its new values where its first one stood, and
 * has no others; names that are new come last.
 */
export function withHeadersSet(
  headers: readonly DraftHeader[],
  set: readonly DraftHeader[],
): readonly DraftHeader[] {
  const bySetName = Map.groupBy(set, keyOf);
  const put = new Set<string>();
  const merged = headers.flatMap(header => {
    const key = keyOf(header);
    const values = bySetName.get(key);
    if (!values) return [header];
    if (put.has(key)) return [];
    put.add(key);
    return values;
  });
  return [...merged, ...set.filter(header => !put.has(keyOf(header)))];
}

/** The bytes of its name, one character each: names that are no UTF-8 may look alike and are not. */
function keyOf(header: DraftHeader): string {
  return Buffer.from(nameBytes(header)).toString('latin1');
}
