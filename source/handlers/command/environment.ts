import type {Message} from '../../flow/message.ts';
import {base64Of, textOf} from '../../payload/text-or-base64.ts';
import {headersAsOneLine} from '../percent-encoding.ts';

/** The system gives one variable 128 KiB at most, and all together about 2 MiB. */
const mostOfOne = 32 * 1024;
const mostOfAll = 256 * 1024;

/**
 * A message's metadata as environment variables: KAFKA_TOPIC, KAFKA_PARTITION, KAFKA_OFFSET, KAFKA_TIMESTAMP (ms since
 * 1970), KAFKA_ATTEMPT (from 1), KAFKA_KEY where there is one, KAFKA_TOMBSTONE=1 where the value is null and the input
 * empty (an empty value is no JSON, and no program is run for it), and KAFKA_HEADER_NAME for each header that is not
 * null, its name in capitals with _ for all that is no letter or digit; of headers that come to the same name the last
 * counts. KAFKA_HEADERS has all headers, in their order and with those that are null: see `headersAsOneLine`.
 *
 * What is not text or holds a NUL, which no variable can, comes in base64 under the name with _BASE64 behind it. What is
 * too long for a variable is left out and named in KAFKA_OMITTED.
 */
export function environmentOf(message: Message, attempt: number): ReadonlyMap<string, string> {
  const variables = new Map([
    ['KAFKA_TOPIC', message.topic],
    ['KAFKA_PARTITION', String(message.partition)],
    ['KAFKA_OFFSET', String(message.offset)],
    ['KAFKA_TIMESTAMP', String(message.timestamp)],
    ['KAFKA_ATTEMPT', String(attempt)],
  ]);
  if (message.value === null) variables.set('KAFKA_TOMBSTONE', '1');
  const omitted: string[] = [];
  let room = mostOfAll;
  const add = (name: string, text: string) => {
    const size = name.length + Buffer.byteLength(text) + 2;
    if (size > mostOfOne || size > room) return false;
    variables.set(name, text);
    room -= size;
    return true;
  };
  for (const [name, bytes] of partsOf(message)) {
    const {suffix, text} = textOrBase64(bytes);
    if (!add(name + suffix, text)) omitted.push(name);
  }
  if (message.headers.length > 0) {
    const all = headersAsOneLine(message.headers, mostOfOne);
    if (all === null || !add('KAFKA_HEADERS', all)) omitted.push('KAFKA_HEADERS');
  }
  if (omitted.length > 0) variables.set('KAFKA_OMITTED', omitted.join(' ').slice(0, mostOfOne));
  return variables;
}

/** What belongs to a message alone; a variable of the person's own by one of these names would pass for the message's. */
const ofMessage =
  /^KAFKA_(TOPIC|PARTITION|OFFSET|TIMESTAMP|ATTEMPT|KEY|KEY_BASE64|TOMBSTONE|OMITTED|HEADERS|HEADER_.*)$/i;

/** The environment of a program for one message: this program's own, without what another message left in it. */
export function withVariables(
  own: Readonly<Record<string, string | undefined>>,
  variables: ReadonlyMap<string, string>,
): Record<string, string | undefined> {
  const kept = Object.entries(own).filter(([name]) => !ofMessage.test(name));
  return Object.fromEntries([...kept, ...variables]);
}

/** Key and headers by the names of their variables; a header that is null has none. */
function partsOf({key, headers}: Message): ReadonlyMap<string, Uint8Array> {
  const parts = new Map<string, Uint8Array>();
  if (key !== null) parts.set('KAFKA_KEY', key);
  for (const {name, value} of headers) {
    const variable = `KAFKA_HEADER_${name
      .slice(0, 200)
      .toUpperCase()
      .replace(/[^A-Z0-9]/g, '_')}`.slice(0, 200);
    if (value === null) parts.delete(variable);
    else parts.set(variable, value);
  }
  return parts;
}

function textOrBase64(bytes: Uint8Array): {suffix: string; text: string} {
  const text = textOf(bytes);
  return text === null || text.includes('\0')
    ? {suffix: '_BASE64', text: base64Of(bytes)}
    : {suffix: '', text};
}
