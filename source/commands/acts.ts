import type {DraftHeader} from '../flow/delivery.ts';
import {checkJson} from '../payload/check-json.ts';
import {checkUtf8, sayNotUtf8} from '../payload/check-utf8.ts';
import {topLevelFields} from '../payload/top-level-fields.ts';
import {type Carry, carries} from '../session/republish.ts';
import {bytesOf, headersOf} from './act-headers.ts';
import type {GoOn} from './go-on-act.ts';
import type {Release} from './release-act.ts';
import type {ReadAgain, SkipUnreadable} from './unreadable-acts.ts';

/** Which held messages an act is for. */
export type Target =
  | {readonly kind: 'one'; readonly partition: number; readonly offset: bigint}
  /** All that failed by this name; `each`: also those that come later, each once. */
  | {readonly kind: 'alike'; readonly failure: string; readonly each: boolean};

/** What of a message is published anew; what is left out stays as it was. */
export type Edit = {
  readonly value?: Buffer | null;
  readonly key?: Buffer | null;
  readonly carry: Carry;
  /** Set over those that are carried: see `withHeadersSet`. */
  readonly headers: readonly DraftHeader[];
};

/** What a script (or a person) decides about held messages. */
export type Decision =
  | {readonly act: 'retry'; readonly target: Target}
  | {readonly act: 'skip'; readonly target: Target; readonly reason: string}
  | {readonly act: 'dead-letter'; readonly target: Target}
  | {readonly act: 'replace'; readonly target: Target & {kind: 'one'}; readonly edit: Edit};

export type Act = Decision | GoOn | Release | SkipUnreadable | ReadAgain;

type Fields = Readonly<Record<string, unknown>>;

const oneNames = ['partition', 'offset'];
const alikeNames = ['alike', 'each'];
const namesOf: Readonly<Record<Act['act'], readonly string[]>> = {
  retry: [...oneNames, ...alikeNames],
  skip: [...oneNames, ...alikeNames, 'reason'],
  'dead-letter': [...oneNames, ...alikeNames],
  replace: [...oneNames, 'value', 'valueText', 'key', 'carry', 'headers'],
  'go-on': ['partition', 'from'],
  'skip-unreadable': [...oneNames, 'next', 'reason'],
  'read-again': oneNames,
  release: ['partition'],
};

/** Reads one line; throws an Error whose message says what is wrong with it. */
export function readAct(line: string): Act {
  const check = checkJson(line);
  if (!check.valid) throw new Error(`not JSON at column ${check.column}: ${check.reason}`);
  const texts = topLevelFields(line);
  if (!texts)
    throw new Error('an act is a JSON object, such as {"act":"retry","partition":1,"offset":"113"}');
  const seen = new Set<string>();
  for (const {name} of texts) {
    if (seen.has(name)) throw new Error(`"${name}" stands there twice`);
    seen.add(name);
  }
  const fields = JSON.parse(line) as Fields;
  const act = Object.keys(namesOf).find(each => each === fields.act) as Act['act'] | undefined;
  if (!act) throw new Error(`"act" is one of ${Object.keys(namesOf).join(', ')}`);
  const unknown = texts.find(({name}) => name !== 'act' && !namesOf[act].includes(name));
  if (unknown) throw new Error(`${act} knows no "${unknown.name}"; it takes ${namesOf[act].join(', ')}`);
  switch (act) {
    case 'skip':
      return {act, target: targetOf(fields), reason: reasonOf(fields)};
    case 'replace':
      return {act, target: oneOf(fields), edit: editOf(fields, texts)};
    case 'go-on':
      return {act, partition: partitionOf(fields), from: fromOf(fields)};
    case 'skip-unreadable': {
      const {partition, offset} = oneOf(fields);
      return {act, partition, offset, next: offsetOf(fields, 'next'), reason: reasonOf(fields)};
    }
    case 'read-again': {
      const {partition, offset} = oneOf(fields);
      return {act, partition, offset};
    }
    case 'release':
      if (fields.partition !== undefined && !isWhole(fields.partition))
        throw new Error('"partition" is a whole number from 0 on; left out: one of every partition');
      return {act, partition: fields.partition ?? null};
    default:
      return {act, target: targetOf(fields)};
  }
}

function targetOf(fields: Fields): Target {
  const {alike, each = false} = fields;
  if (alike === undefined) {
    if (fields.each !== undefined) throw new Error('"each" goes with "alike" only');
    return oneOf(fields);
  }
  if (fields.partition !== undefined || fields.offset !== undefined)
    throw new Error('either "alike", or "partition" and "offset"');
  if (typeof alike !== 'string' || alike === '')
    throw new Error('"alike" is the name of an error, such as "TypeError"');
  if (typeof each !== 'boolean') throw new Error('"each" is true or false');
  return {kind: 'alike', failure: alike, each};
}

function oneOf(fields: Fields): Target & {kind: 'one'} {
  return {kind: 'one', partition: partitionOf(fields), offset: offsetOf(fields, 'offset')};
}

function offsetOf(fields: Fields, name: 'offset' | 'next'): bigint {
  const value = fields[name];
  const isOffset = typeof value === 'string' ? /^\d{1,19}$/.test(value) : isWhole(value);
  if (!isOffset) throw new Error(`"${name}" is a text of digits, such as "113"`);
  return BigInt(value as string | number);
}

function partitionOf({partition}: Fields): number {
  if (isWhole(partition)) return partition;
  throw new Error('"partition" is a whole number from 0 on');
}

function fromOf({from}: Fields): 'first' | 'end' {
  if (from === 'first' || from === 'end') return from;
  throw new Error('"from" is "first" or "end"');
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function reasonOf({reason}: Fields): string {
  if (typeof reason === 'string' && reason.trim() !== '') return reason.trim();
  throw new Error('a skip needs a "reason"');
}

function editOf(fields: Fields, texts: readonly {name: string; text: string}[]): Edit {
  const {valueText, key, carry = 'all'} = fields;
  if (!['value', 'valueText', 'key', 'carry', 'headers'].some(name => name in fields))
    throw new Error('a replacement says what is new: "value", "valueText", "key", "carry" or "headers"');
  if ('value' in fields && 'valueText' in fields) throw new Error('either "value" or "valueText", not both');
  if ('valueText' in fields && typeof valueText !== 'string') throw new Error('"valueText" is a text');
  const known = carries.find(each => each === carry);
  if (!known) throw new Error(`"carry" is one of ${carries.join(', ')}`);
  const written = texts.find(({name}) => name === 'value')?.text;
  const value =
    typeof valueText === 'string'
      ? Buffer.from(valueText)
      : written === undefined
        ? undefined
        : written === 'null'
          ? null
          : Buffer.from(written);
  return {
    ...(value !== undefined && {value}),
    ...('key' in fields && {key: bytesOf('"key"', key)}),
    carry: known,
    headers: headersOf(texts.find(({name}) => name === 'headers')?.text),
  };
}

/** A line that is longer cannot be an act: no broker takes such a message. */
const longestLine = 64 * 1024 * 1024;

/** A line with its number from 1, or why it cannot be read. */
export type ActLine = {readonly number: number} & ({readonly text: string} | {readonly problem: string});

export async function* linesFrom(stream: AsyncIterable<Buffer | string>): AsyncGenerator<ActLine> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const keep = (part: Buffer) => {
    length += part.length;
    if (length <= longestLine) parts.push(part);
  };
  const take = (): ActLine => {
    const line = {number: number++, ...readLine(parts, length)};
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of stream) {
    let rest = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    for (let at = rest.indexOf(0x0a); at >= 0; at = rest.indexOf(0x0a)) {
      keep(rest.subarray(0, at));
      rest = rest.subarray(at + 1);
      yield take();
    }
    if (rest.length > 0) keep(Buffer.from(rest));
  }
  if (length > 0) yield take();
}

function readLine(parts: readonly Buffer[], length: number): {text: string} | {problem: string} {
  if (length > longestLine) return {problem: `it has more than ${longestLine} bytes`};
  const read = checkUtf8(Buffer.concat(parts));
  if (read.valid) return {text: read.text};
  return {problem: `it is ${sayNotUtf8(read)}`};
}
