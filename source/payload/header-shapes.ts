import {numberInHeader} from './decode-header.ts';
import {base64Of, type TextOrBase64, textOrBase64} from './text-or-base64.ts';

type AnyHeader = {
  readonly name: string;
  readonly value: Uint8Array | null;
  readonly rawName?: Uint8Array;
};

export type HeaderInJson = TextOrBase64 | {readonly number: string; readonly base64: string};

/** A header in JSON. `nameBase64`: the name's bytes, where they are not UTF-8 and `name` shows what it can. */
export type HeaderRecord = {
  readonly name: string;
  readonly nameBase64?: string;
  readonly value: HeaderInJson;
};

/**
 * Headers by name, in the shape that KafkaJS gives them: a repeated name holds a list. The object has no prototype, so
 * that `__proto__` and `constructor` are names like any other. Order between names is lost: JavaScript puts those that
 * are whole numbers first.
 */
export function headersByName<Value>(
  headers: readonly AnyHeader[],
  shapeOf: (bytes: Uint8Array | null, name: string) => Value,
): Record<string, Value | Value[]> {
  const lists = new Map<string, Value[]>();
  for (const {name, value} of headers) {
    const list = lists.get(name);
    if (list) list.push(shapeOf(value, name));
    else lists.set(name, [shapeOf(value, name)]);
  }
  const named: Record<string, Value | Value[]> = Object.create(null);
  for (const [name, values] of lists) named[name] = values.length === 1 ? values[0]! : values;
  return named;
}

/**
 * A header's value in JSON, told apart: the numbers of Kafka's dead letters as digits beside their bytes, for as text they
 * cannot be read; else as other bytes.
 */
export function headerInJson(value: Uint8Array | null, name: string): HeaderInJson {
  const number = numberInHeader(name, value);
  return number === null || value === null ? textOrBase64(value) : {number, base64: base64Of(value)};
}

/** Headers one by one in their order, for JSON. */
export function headerRecords(headers: readonly AnyHeader[]): HeaderRecord[] {
  return headers.map(({name, value, rawName}) => ({
    name,
    ...(rawName && {nameBase64: base64Of(rawName)}),
    value: headerInJson(value, name),
  }));
}
