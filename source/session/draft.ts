import type {Draft, DraftHeader} from '../flow/delivery.ts';
import type {Headers, HeaderValue, Message} from '../flow/message.ts';
import {checkJson} from '../payload/check-json.ts';
import {expandPlaceholders, type PlaceholderValues} from '../payload/placeholders.ts';

/**
 * A draft as a person edits it. Everything is text, so that it can be typed, kept in a file and opened in an editor;
 * `null` is Kafka's null, which is not the empty text.
 */
export type DraftText = {
  /** null: a tombstone. */
  readonly value: string | null;
  /** `base64:…` stands for bytes that are no text. */
  readonly key: string | null;
  /** One a line: `name: text`, `name:` for an empty value, `name` alone for null, `name: base64:…` for bytes. */
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

const base64Prefix = 'base64:';

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
  const key = bytesOf(text.key);
  if (key === 'unreadable') return {ready: false, field: 'key', problem: 'after base64: stands no base64'};
  const headers = readHeaders(text.headers);
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
export function draftOf(message: Message): DraftText | null {
  const value = message.value === null ? null : utf8(message.value);
  if (message.value !== null && value === null) return null;
  return {
    value,
    key: textOf(message.key),
    headers: headerLines(message.headers),
    partition: String(message.partition),
    expands: false,
    raw: false,
  };
}

function readHeaders(text: string): {headers: DraftHeader[]} | {problem: string; line: number} {
  const headers: DraftHeader[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    const name = (colon < 0 ? line : line.slice(0, colon)).trim();
    if (name === '') return {problem: `line ${index + 1} has no name before the colon`, line: index + 1};
    const value = colon < 0 ? null : bytesOf(line.slice(colon + 1).replace(/^ /, ''));
    if (value === 'unreadable')
      return {problem: `line ${index + 1}: after base64: stands no base64`, line: index + 1};
    headers.push({name, value});
  }
  return {headers};
}

function headerLines(headers: Headers): string {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    for (const each of Array.isArray(value) ? value : [value as HeaderValue]) {
      lines.push(headerLine({name, value: each as HeaderValue}));
    }
  }
  return lines.join('\n');
}

/** One header as a person writes it. */
export function headerLine({name, value}: DraftHeader): string {
  const text = textOf(value);
  return text === null ? name : text === '' ? `${name}:` : `${name}: ${text}`;
}

function bytesOf(text: string | null): Buffer | null | 'unreadable' {
  if (text === null) return null;
  if (!text.startsWith(base64Prefix)) return Buffer.from(text);
  const code = text.slice(base64Prefix.length).trim();
  return /^[A-Za-z0-9+/]*={0,2}$/.test(code) ? Buffer.from(code, 'base64') : 'unreadable';
}

/** Bytes as one line that can be edited; what is no plain text is told as base64. */
function textOf(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  const text = utf8(bytes);
  const isPlain =
    text !== null && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(text) && !text.startsWith(base64Prefix);
  return isPlain ? text : base64Prefix + Buffer.from(bytes).toString('base64');
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return null;
  }
}
