import type {Header, Headers} from '../flow/message.ts';
import {pick} from '../payload/pick.ts';
import type {Row} from './row.ts';
import type {Session} from './session.ts';

/** What any message has to be filtered by, in view or still in the topic. */
export type Filterable = {
  readonly partition: number;
  readonly key: Uint8Array | null;
  readonly headers: Headers;
  readonly value: Buffer | null;
  /** How long the whole value is, where `value` may be its beginning only. */
  readonly valueBytes?: number;
};

export type RowFilter = (row: Row, session: Session) => boolean;
export type MessageFilter = (message: Filterable) => boolean;

/** One word of a filter, read. `sought` is in small letters. */
type Term =
  | {readonly field: 'key' | 'status' | 'partition' | 'header' | 'text'; readonly sought: string}
  | {readonly field: 'path'; readonly path: string; readonly sought: string};

/**
 * A filter as a person types it: words that must all fit. A bare word is looked for in key, value and reason, whatever
 * its case; `key:u-17`, `status:held`, `partition:2`, `header:trace` look there; `type=email.send` compares what stands
 * at a path of the JSON. null: there is nothing to filter by.
 */
export function parseFilter(text: string): RowFilter | null {
  const terms = termsOf(text);
  if (terms.length === 0) return null;
  return (row, session) =>
    terms.every(term => {
      if (term.field === 'status') return statusOf(row, session).includes(term.sought);
      return fits(row, term) || (term.field === 'text' && reasonOf(row).toLowerCase().includes(term.sought));
    });
}

/**
 * The same language for messages that are in the topic only: they have no status, since nobody processes them here.
 * Without words every message fits.
 */
export function parseMessageFilter(
  text: string,
): {readonly filter: MessageFilter} | {readonly problem: string} {
  const terms = termsOf(text);
  if (terms.some(({field}) => field === 'status')) {
    return {
      problem:
        'status: says how a message was processed; one that lies in the topic has no status. Take it out of the filter.',
    };
  }
  return {filter: message => terms.every(term => fits(message, term))};
}

function termsOf(text: string): Term[] {
  return text.trim().split(/\s+/).filter(Boolean).map(termOf);
}

function termOf(word: string): Term {
  const [, field, rest] = /^(key|status|partition|header):(.*)$/i.exec(word) ?? [];
  if (field !== undefined)
    return {
      field: field.toLowerCase() as 'key' | 'status' | 'partition' | 'header',
      sought: rest!.toLowerCase(),
    };
  const [, path, wanted] = /^([^=\s]+)=(.+)$/.exec(word) ?? [];
  if (path !== undefined) return {field: 'path', path, sought: wanted!.toLowerCase()};
  return {field: 'text', sought: word.toLowerCase()};
}

function fits(message: Filterable, term: Term): boolean {
  const {sought} = term;
  switch (term.field) {
    case 'key':
      return contains(message.key, sought);
    case 'partition':
      return String(message.partition) === sought;
    case 'header':
      return message.headers.some(header => headerHas(header, sought));
    case 'path':
      return valueAt(message, term.path).toLowerCase() === sought;
    case 'text':
      return contains(message.value, sought) || contains(message.key, sought);
    case 'status':
      return false;
  }
}

/** The states that the row is in, as its word and, where it is committed, that too. */
function statusOf(row: Row, session: Session): string {
  const words = [
    row.state.status,
    session.isRowCommitted(row) && 'committed',
    row.isRedelivered && 'redelivered',
  ];
  return words.filter(Boolean).join(' ');
}

function reasonOf({state}: Row): string {
  return 'failure' in state && state.failure ? `${state.failure.name}: ${state.failure.message}` : '';
}

function headerHas({name, value}: Header, sought: string): boolean {
  return name.toLowerCase().includes(sought) || contains(value, sought);
}

function contains(bytes: Uint8Array | null, sought: string): boolean {
  return (
    bytes !== null &&
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8').toLowerCase().includes(sought)
  );
}

function valueAt({value, valueBytes = value?.length}: Filterable, path: string): string {
  if (value === null || value.length !== valueBytes) return '';
  try {
    return pick(JSON.parse(value.toString('utf8')), path);
  } catch {
    return '';
  }
}
