import type {Draft} from '../flow/delivery.ts';
import type {Message} from '../flow/message.ts';
import {checkJson} from '../payload/check-json.ts';
import {expandPlaceholders, type PlaceholderValues} from '../payload/placeholders.ts';
import {textOf} from '../payload/text-or-base64.ts';
import {bytesOfLine, lineOfBytes} from './bytes-as-line.ts';
import {headerLine, readHeaderLines} from './header-lines.ts';

/**
 * A draft as a person edits it. Everything is text, so that it can be typed, kept in a file and opened in an editor;
 * `null` is Kafka's null, which is not the empty text.
 */
export type DraftText = {
  /** null: a tombstone. */
  readonly value: string | null;
  /** `base64:…` stands for bytes that are no text. */
  readonly key: string | null;
  /** One a line: see `headerLine`. */
  readonly headers: string;
  /** Digits; empty: the partitioner chooses. */
  readonly partition: string;
  /** Whether `{{uuid}}`, `{{now}}` and `{{seq}}` are filled in when it is published; else they are text (rule 2). */
  readonly expands: boolean;
  /** Whether the value is published as it is, JSON or not: to see what a consumer makes of it. */
  readonly raw: boolean;
};

export const emptyDraft: DraftText = {
  value: '',
  key: null,
  headers: '',
  partition: '',
  expands: false,
  raw: false,
};

/** Whether what was kept somewhere is a draft, whole and of the right kinds. */
export function isDraftText(kept: unknown): kept is DraftText {
  if (typeof kept !== 'object' || kept === null) return false;
  const {value, key, headers, partition, expands, raw} = kept as Record<string, unknown>;
  const isTextOrNull = (each: unknown) => each === null || typeof each === 'string';
  return (
    isTextOrNull(value) &&
    isTextOrNull(key) &&
    typeof headers === 'string' &&
    typeof partition === 'string' &&
    typeof expands === 'boolean' &&
    typeof raw === 'boolean'
  );
}

export type DraftField = 'value' | 'key' | 'headers' | 'partition';

/** What a person wrote as what can be sent, or where it cannot be. */
export type ReadDraft =
  | {readonly ready: true; readonly draft: Draft}
  | {
      readonly ready: false;
      readonly field: DraftField;
      readonly problem: string;
      readonly line?: number;
      readonly column?: number;
    };

/** The draft as it would be published with these values, where its placeholders are switched on. */
export function expandDraft(text: DraftText, values: PlaceholderValues): DraftText {
  if (!text.expands) return text;
  const expand = (each: string | null) => (each === null ? null : expandPlaceholders(each, values));
  return {
    ...text,
    value: expand(text.value),
    key: expand(text.key),
    headers: expandPlaceholders(text.headers, values),
  };
}

/** Checks a draft (its value only where it is not raw); the value's bytes are the text's, letter by letter (rule 2). */
export function readDraft(text: DraftText, topic: string): ReadDraft {
  if (text.value !== null && !text.raw) {
    const check = checkJson(text.value);
    if (!check.valid) {
      const {line, column, reason} = check;
      return {ready: false, field: 'value', problem: `${line}:${column} ${reason}`, line, column};
    }
  }
  const key = bytesOfLine(text.key);
  if (key === 'unreadable') return {ready: false, field: 'key', problem: 'after base64: stands no base64'};
  const headers = readHeaderLines(text.headers);
  if ('problem' in headers) return {ready: false, field: 'headers', ...headers};
  if (!/^\d{0,9}$/.test(text.partition)) {
    return {
      ready: false,
      field: 'partition',
      problem: 'a partition is a whole number, or empty for the key to choose',
    };
  }
  return {
    ready: true,
    draft: {
      topic,
      key,
      value: text.value === null ? null : Buffer.from(text.value),
      headers: headers.headers,
      ...(text.partition !== '' && {partition: Number(text.partition)}),
    },
  };
}

/** A received message as a draft; null where its value is no text and cannot be edited. */
export function draftOf(message: Pick<Message, 'partition' | 'key' | 'value' | 'headers'>): DraftText | null {
  const value = message.value === null ? null : textOf(message.value);
  if (message.value !== null && value === null) return null;
  return {
    value,
    key: lineOfBytes(message.key),
    headers: message.headers.map(headerLine).join('\n'),
    partition: String(message.partition),
    expands: false,
    raw: false,
  };
}
