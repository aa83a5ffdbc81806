import {Refusal} from './errors.ts';

/** Where Apache Kafka keeps what groups commit. Here it is there to be seen, and empty. */
export const committedOffsets = '__consumer_offsets';
const internal: ReadonlySet<string> = new Set([committedOffsets, '__transaction_state']);
const clusterMetadata = '__cluster_metadata';
const longestName = 249;

/** Kafka's own topics, which clients may read but not write to. */
export function isInternal(name: string): boolean {
  return internal.has(name);
}

/** Refuses what Kafka takes for no topic's name, in its words. */
export function checkTopicName(name: string): void {
  const wrong = wrongWith(name);
  if (wrong) throw new Refusal('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: ${wrong}`);
}

/** Refuses what cannot be the name of a new topic beside those that are there. */
export function checkNewName(name: string, existing: Iterable<string>): void {
  if (name === clusterMetadata) {
    throw new Refusal('INVALID_REQUEST', `Creation of internal topic ${name} is prohibited.`);
  }
  checkTopicName(name);
  // Kafka counts both as one name where it measures topics.
  const alike = name.replaceAll('.', '_');
  for (const other of existing) {
    if (other !== name && /[._]/.test(other) && other.replaceAll('.', '_') === alike) {
      throw new Refusal('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${other}`);
    }
  }
}

function wrongWith(name: string): string | null {
  if (name === '') return 'the empty string is not allowed';
  if (name === '.' || name === '..') return `'${name}' is not allowed`;
  if (name.length > longestName) {
    return `the length of '${name}' is longer than the max allowed length ${longestName}`;
  }
  if (!/^[\w.-]+$/.test(name)) {
    return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
  }
  return null;
}
