import {pick} from '../payload/pick.ts';
import type {Row} from './row.ts';
import type {Session} from './session.ts';

export type RowFilter = (row: Row, session: Session) => boolean;

/**
 * A filter as a person types it: words that must all fit. A bare word is looked for in key, value and reason, whatever
 * its case; `key:u-17`, `status:held`, `partition:2`, `header:trace` look there; `type=email.send` compares what stands
 * at a path of the JSON. null: there is nothing to filter by.
 */
export function parseFilter(text: string): RowFilter | null {
  const words = text.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  const tests = words.map(testOf);
  return (row, session) => tests.every(test => test(row, session));
}

function testOf(word: string): RowFilter {
  const [, field, rest] = /^(key|status|partition|header):(.*)$/i.exec(word) ?? [];
  const sought = (rest ?? word).toLowerCase();
  switch (field?.toLowerCase()) {
    case 'key':
      return ({key}) => contains(key, sought);
    case 'status':
      return (row, session) => statusOf(row, session).includes(sought);
    case 'partition':
      return ({partition}) => String(partition) === sought;
    case 'header':
      return ({headers}) => Object.entries(headers).some(([name, value]) => headerHas(name, value, sought));
    default: {
      const [, path, wanted] = /^([^=\s]+)=(.+)$/.exec(word) ?? [];
      if (path !== undefined) return row => valueAt(row, path).toLowerCase() === wanted!.toLowerCase();
      return row =>
        contains(row.value, sought) ||
        contains(row.key, sought) ||
        reasonOf(row).toLowerCase().includes(sought);
    }
  }
}

/** The states that the row is in, as its word and, where it is committed, that too. */
function statusOf({state, partition, offset}: Row, session: Session): string {
  return session.isCommitted(partition, offset) ? `${state.status} committed` : state.status;
}

function reasonOf({state}: Row): string {
  return 'failure' in state && state.failure ? `${state.failure.name}: ${state.failure.message}` : '';
}

function headerHas(name: string, value: Row['headers'][string] | undefined, sought: string): boolean {
  if (name.toLowerCase().includes(sought)) return true;
  const values = Array.isArray(value) ? value : [value];
  return values.some(each => contains((each as Uint8Array | null) ?? null, sought));
}

function contains(bytes: Uint8Array | null, sought: string): boolean {
  return (
    bytes !== null &&
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8').toLowerCase().includes(sought)
  );
}

function valueAt({value, valueBytes}: Row, path: string): string {
  if (value === null || value.length !== valueBytes) return '';
  try {
    return pick(JSON.parse(value.toString('utf8')), path);
  } catch {
    return '';
  }
}
