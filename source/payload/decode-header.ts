import {safeText} from './safe-text.ts';
import {textOf} from './text-or-base64.ts';

export type HeaderText = {
  readonly kind: 'null' | 'text' | 'number' | 'hex';
  /** Safe to show. */
  readonly text: string;
};

/**
 * Headers that hold big-endian numbers, and of how many bytes: those of Spring Kafka's dead letters (ours have the same
 * layout) and of its retries. One that has another length is shown for what it is.
 */
const numbers: ReadonlyMap<string, number> = new Map([
  ['kafka_dlt-original-partition', 4],
  ['kafka_dlt-original-offset', 8],
  ['kafka_dlt-original-timestamp', 8],
  ['kafka_deliveryAttempt', 4],
  ['retry_topic-attempts', 4],
  ['retry_topic-original-timestamp', 8],
]);

const mostHex = 256;

/** The digits of the number that a header holds, where its name says that it does; null: none. */
export function numberInHeader(name: string, value: Uint8Array | null): string | null {
  if (value === null || numbers.get(name) !== value.length) return null;
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  return `${value.length === 4 ? view.getInt32(0) : view.getBigInt64(0)}`;
}

/** A header's value to be shown: a number where its name says so, text where it is UTF-8 without NUL, else `0x…`. */
export function decodeHeader(name: string, value: Uint8Array | null): HeaderText {
  if (value === null) return {kind: 'null', text: 'null'};
  const number = numberInHeader(name, value);
  if (number !== null) return {kind: 'number', text: number};
  // A number that nobody told us of is mostly zeros, and valid UTF-8.
  const text = value.includes(0) ? null : textOf(value);
  if (text !== null) return {kind: 'text', text: safeText(text)};
  const hex = Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, mostHex)).toString('hex');
  return {kind: 'hex', text: `0x${hex}${value.length > mostHex ? `… (${value.length} bytes)` : ''}`};
}
