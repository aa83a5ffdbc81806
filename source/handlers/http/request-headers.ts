import type {Message} from '../../flow/message.ts';
import {headersAsOneLine, percentEncoded} from '../percent-encoding.ts';

/** Servers take 8 to 16 KiB of headers in all; what does not fit is named and left out. */
const mostOfOne = 4096;
const mostOfAll = 6144;

/**
 * A message's metadata as request headers: Kafka-Topic, Kafka-Partition, Kafka-Offset, Kafka-Timestamp (ms since 1970),
 * Kafka-Attempt (from 1), Kafka-Key where there is one, Kafka-Tombstone where the value is null and the body empty (an
 * empty value is no JSON, and is never sent), and Kafka-Header-Name for each header that is not null, repeated ones
 * joined by `, `; characters that no header name may have become `-`. In values, every byte outside of printable ASCII,
 * and `%`, is percent-encoded (RFC 3986): decode them as in a URL. Kafka-Headers has all headers, in their order and
 * with those that are null: see `headersAsOneLine`. What is too long is left out and named in Kafka-Omitted.
 */
export function requestHeaders(message: Message, attempt: number): Record<string, string> {
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'Kafka-Topic': message.topic,
    'Kafka-Partition': String(message.partition),
    'Kafka-Offset': String(message.offset),
    'Kafka-Timestamp': String(message.timestamp),
    'Kafka-Attempt': String(attempt),
  };
  if (message.value === null) headers['Kafka-Tombstone'] = 'true';
  const parts = new Map<string, {name: string; values: Uint8Array[]}>();
  const add = (name: string, value: Uint8Array) => {
    // Header names are the same whatever the case.
    const lower = name.toLowerCase();
    const part = parts.get(lower);
    if (part) part.values.push(value);
    else parts.set(lower, {name, values: [value]});
  };
  if (message.key !== null) add('Kafka-Key', message.key);
  for (const {name, value} of message.headers) {
    if (value !== null)
      add(`Kafka-Header-${name.slice(0, 200).replace(/[^A-Za-z0-9!#$&'*+.^_`|~-]/g, '-')}`, value);
  }
  const omitted: string[] = [];
  let room = mostOfAll;
  for (const {name, values} of parts.values()) {
    const bytes = values.reduce((sum, value) => sum + value.length, 0);
    const text = bytes > mostOfOne ? null : values.map(valueText).join(', ');
    const size = text === null ? Number.POSITIVE_INFINITY : name.length + text.length + 4;
    if (text === null || size > mostOfOne || size > room) omitted.push(name);
    else {
      headers[name] = text;
      room -= size;
    }
  }
  if (message.headers.length > 0) {
    const all = headersAsOneLine(message.headers, Math.min(mostOfOne, room));
    if (all === null) omitted.push('Kafka-Headers');
    else headers['Kafka-Headers'] = all;
  }
  if (omitted.length > 0) headers['Kafka-Omitted'] = omitted.join(', ').slice(0, 1024);
  return headers;
}

/** Printable, and not what the encoding itself needs. */
const plain = /[!-$&-~]/;

function valueText(bytes: Uint8Array): string {
  // Blanks are plain within the text; at its ends a server would take them away.
  return percentEncoded(bytes, plain).replace(/(?<=.)%20(?=.)/g, ' ');
}
