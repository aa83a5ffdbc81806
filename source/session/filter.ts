import type {Header, Headers} from '../flow/message.ts';
import {pick} from '../payload/pick.ts';
import type {Row} from './row.ts';
import type {Session} from './session.ts';

/** What any message has to be filtered by, in view or still in the topic. */
export type Filterable = {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Uint8Array | null;
  readonly headers: Headers;
  readonly value: Buffer | null;
  /** How long the whole value is, where `value` may be its beginning only. */
  readonly valueBytes?: number;
};

export type RowFilter = (row: Row, session: Session) => boolean;
export type MessageFilter = (message: Filterable) => boolean;

const fields = ['key', 'header', 'partition', 'offset', 'status', 'text'] as const;

/** One word of a filter, read. `sought` is in small letters. */
type Term =
  | {readonly field: (typeof fields)[number]; readonly sought: string}
  | {readonly field: 'position'; readonly partition: string; readonly offset: string}
  | {readonly field: 'path'; readonly path: string; readonly sought: string};

export type FilterProblem = {
  /** One sentence for the person. */
  readonly problem: string;
};

/**
 * A filter as a person types it: words that must all fit, the same in view, in a search and in `peek`. A bare word is
 * looked for in key, value and reason, whatever its case; `key:u-17`, `header:trace`, `partition:2`, `offset:40` and
 * `status:held` look there; `1@40` is one message; `type=email.send` compares what stands at a path of the JSON; `text:`
 * takes what is behind it as a bare word, also with a colon in it. Another `word:` is a problem, for it would look as if it
 * were understood. null: there is nothing to filter by.
 */
export function parseFilter(text: string): {readonly filter: RowFilter | null} | FilterProblem {
  const terms = termsOf(text);
  if ('problem' in terms) return terms;
  if (terms.length === 0) return {filter: null};
  return {
    filter: (row, session) =>
      terms.every(term => {
        if (term.field === 'status') return statusOf(row, session).includes(term.sought);
        return (
          fits(row, term) || (term.field === 'text' && reasonOf(row).toLowerCase().includes(term.sought))
        );
      }),
  };
}

/**
 * The same language for messages that are in the topic only: they have no status, since nobody processes them here.
 * Without words every message fits.
 */
export function parseMessageFilter(text: string): {readonly filter: MessageFilter} | FilterProblem {
  const terms = termsOf(text);
  if ('problem' in terms) return terms;
  if (terms.some(({field}) => field === 'status')) {
    return {
      problem:
        'status: says how a message was processed; one that lies in the topic has no status. Take it out of the filter.',
    };
  }
  return {filter: message => terms.every(term => fits(message, term))};
}

function termsOf(text: string): Term[] | FilterProblem {
  const terms: Term[] = [];
  for (const word of text.trim().split(/\s+/).filter(Boolean)) {
    const term = termOf(word);
    if ('problem' in term) return term;
    terms.push(term);
  }
  return terms;
}

function termOf(word: string): Term | FilterProblem {
  const [, partition, at] = /^(\d+)@(\d+)$/.exec(word) ?? [];
  if (at !== undefined) return {field: 'position', partition: plain(partition!), offset: plain(at)};
  const [, name, rest] = /^(\p{L}[\p{L}_-]*):(.*)$/u.exec(word) ?? [];
  if (name !== undefined) {
    const field = fields.find(each => each === name.toLowerCase());
    if (field === undefined)
      return {
        problem: `A filter has no ${name}: – it has key:, header:, partition:, offset:, status:, 1@40 and path=value. text:${word} looks for it as it is.`,
      };
    if (field !== 'partition' && field !== 'offset') return {field, sought: rest!.toLowerCase()};
    if (!/^\d+$/.test(rest!)) return {problem: `${field}: takes a number, such as ${field}:2.`};
    return {field, sought: plain(rest!)};
  }
  const [, path, wanted] = /^([^=\s]+)=(.+)$/.exec(word) ?? [];
  if (path !== undefined) return {field: 'path', path, sought: wanted!.toLowerCase()};
  return {field: 'text', sought: word.toLowerCase()};
}

/** A number without zeros before it. */
function plain(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '');
}

function fits(message: Filterable, term: Term): boolean {
  if (term.field === 'position')
    return String(message.partition) === term.partition && String(message.offset) === term.offset;
  const {sought} = term;
  switch (term.field) {
    case 'key':
      return contains(message.key, sought);
    case 'partition':
      return String(message.partition) === sought;
    case 'offset':
      return String(message.offset) === sought;
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
