import {Reader} from '../codec/reader.ts';
import type {Group} from '../group/group.ts';

/** The topics that the members of a consumer group asked for; `unknown` where they do not say it as consumers do. */
export function subscribedTopics(group: Group): Set<string> | 'unknown' {
  const topics = new Set<string>();
  for (const member of group.members) {
    try {
      const reader = new Reader(member.metadata(group.protocol));
      reader.int16(); // version
      const count = reader.elements(reader.int32());
      for (let index = 0; index < count; index++) topics.add(reader.text(reader.int16()));
    } catch {
      return 'unknown';
    }
  }
  return topics;
}
