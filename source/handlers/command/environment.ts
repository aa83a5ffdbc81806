import type {Message} from '../../flow/message.ts';
import {base64Of, textOf} from '../../payload/text-or-base64.ts';

/** The system gives one variable 128 KiB at most, and all together about 2 MiB. */
const mostOfOne = 32 * 1024;
const mostOfAll = 256 * 1024;

/**
 * A message's metadata as environment variables: KAFKA_TOPIC, KAFKA_PARTITION, KAFKA_OFFSET, KAFKA_TIMESTAMP (ms since
 * 1970), KAFKA_ATTEMPT (from 1), KAFKA_KEY where there is one, KAFKA_TOMBSTONE=1 where the value is null (the input is
 * empty then too), and KAFKA_HEADER_NAME for each header, its name in capitals with _ for all that is no letter or
 * digit; of headers that come to the same name the last counts.
 *
 * What is not text or holds a NUL, which no variable can, comes in base64 under the name with _BASE64 behind it. What is
 * too long for a variable is left out and named in KAFKA_OMITTED.
 */
export function environmentOf(message: Message, attempt: number): Record<string, string> {
  const variables: Record<string, string> = {
    KAFKA_TOPIC: message.topic,
    KAFKA_PARTITION: String(message.partition),
    KAFKA_OFFSET: String(message.offset),
    KAFKA_TIMESTAMP: String(message.timestamp),
    KAFKA_ATTEMPT: String(attempt),
  };
  if (message.value === null) variables.KAFKA_TOMBSTONE = '1';
  const parts = new Map<string, Uint8Array>();
  if (message.key !== null) parts.set('KAFKA_KEY', message.key);
  for (const {name, value} of message.headers) {
    const variable = `KAFKA_HEADER_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`.slice(0, 200);
    if (value === null) parts.delete(variable);
    else parts.set(variable, value);
  }
  const omitted: string[] = [];
  let room = mostOfAll;
  for (const [name, bytes] of parts) {
    const {suffix, text} = textOrBase64(bytes);
    const size = name.length + suffix.length + Buffer.byteLength(text) + 2;
    if (size > mostOfOne || size > room) omitted.push(name);
    else {
      variables[name + suffix] = text;
      room -= size;
    }
  }
  if (omitted.length > 0) variables.KAFKA_OMITTED = omitted.join(' ').slice(0, mostOfOne);
  return variables;
}

function textOrBase64(bytes: Uint8Array): {suffix: string; text: string} {
  const text = textOf(bytes);
  return text === null || text.includes('\0')
    ? {suffix: '_BASE64', text: base64Of(bytes)}
    : {suffix: '', text};
}
