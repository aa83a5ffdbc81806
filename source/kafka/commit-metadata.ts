/**
 * What is kept beside each offset that this program commits. The broker stores it with the offset and gives it back, so
 * that one who looks later knows who committed, for which of the topics that had this name, and how many partitions it had
 * when the group started: `kafka-notify topic 0af1 of 3`.
 */
export type CommitMark = {
  /** null: the server gives topics no ids (before Kafka 2.8). */
  readonly topicId: string | null;
  /** Partitions of the topic when the group started on it; one beyond was added since. null: not kept. */
  readonly startedWith: number | null;
};

const ours = 'kafka-notify';
const format = /^kafka-notify(?: topic (\S+))?(?: of (\d{1,9}))?$/;

export function commitMetadata({topicId, startedWith}: CommitMark): string {
  const topic = topicId === null ? '' : ` topic ${topicId}`;
  return `${ours}${topic}${startedWith === null ? '' : ` of ${startedWith}`}`;
}

/** null: the commit is not ours. What a later version may keep beside it means nothing here. */
export function markIn(metadata: string | null): CommitMark | null {
  if (!isOurCommit(metadata)) return null;
  const [, topicId = null, startedWith] = format.exec(metadata!) ?? [];
  return {topicId, startedWith: startedWith === undefined ? null : Number(startedWith)};
}

/** Whether this program committed the offset. */
export function isOurCommit(metadata: string | null): boolean {
  return metadata === ours || metadata?.startsWith(`${ours} `) === true;
}

/** The least of what the commits of a group keep, which none of them contradicts; null: none keeps it. */
export function leastStart(starts: readonly (number | null)[]): number | null {
  const known = starts.filter(each => each !== null);
  return known.length > 0 ? Math.min(...known) : null;
}
