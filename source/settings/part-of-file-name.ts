/** A topic's name may have 249 characters, a file's 255: it is cut where a time or a number has to follow. */
const most = 180;

/** A topic as part of a file's name. Where the rest of the name has to tell topics apart, this is not enough. */
export function partOfFileName(topic: string): string {
  return topic.slice(0, most);
}
