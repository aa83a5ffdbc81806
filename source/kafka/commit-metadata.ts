/**
 * What is kept beside each offset that this program commits. The broker stores it with the offset and gives it back, so
 * that one who looks later knows who committed, and for which of the topics that had this name.
 */
const ours = 'kafka-notify';
const withTopic = `${ours} topic `;

/** The mark of a commit of ours; with the topic's id where the server gives its topics ids (from Kafka 2.8 on), else without. */
export function commitMetadata(topicId: string | null): string {
  return topicId === null ? ours : withTopic + topicId;
}

/** The id that the topic had when the offset was committed; null: it was not kept, or the commit is not ours. */
export function topicIdIn(metadata: string | null): string | null {
  return metadata?.startsWith(withTopic) ? metadata.slice(withTopic.length) : null;
}

/** Whether this program committed the offset. */
export function isOurCommit(metadata: string | null): boolean {
  return metadata === ours || metadata?.startsWith(`${ours} `) === true;
}
