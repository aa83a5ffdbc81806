/** Kafka's own rule for names. Throws an Error with a sentence for the person. */
export function checkTopicName(topic: string): void {
  if (/^[A-Za-z0-9._-]{1,249}$/.test(topic) && topic !== '.' && topic !== '..') return;
  throw new Error(
    `"${topic}" cannot name a topic: 1 to 249 letters, digits, dots, underscores and hyphens are allowed.`,
  );
}
