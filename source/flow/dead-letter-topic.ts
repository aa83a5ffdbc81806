const suffix = '-dlt';

/** Where dead letters of a topic go (Spring's name), or null for a topic that holds dead letters itself (rule 5). */
export function deadLetterTopic(topic: string): string | null {
  return topic.endsWith(suffix) ? null : topic + suffix;
}
