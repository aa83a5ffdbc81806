import type {CommitMark} from './commit-metadata.ts';
import type {TopicPresence} from './topic-identity.ts';

/** What a member knows of the topic that it consumes, from one look to the next. */
export class ConsumedTopic {
  /** null: not known yet, or the server gives topics no ids. */
  #id: string | null = null;
  /** 0: not known yet. */
  #partitions = 0;
  /** Partitions when the group started on it; null: it has not yet, as far as can be known. */
  #startedWith: number | null = null;

  get id(): string | null {
    return this.#id;
  }

  get partitions(): number {
    return this.#partitions;
  }

  get startedWith(): number | null {
    return this.#startedWith;
  }

  /** What is kept beside each commit. */
  get mark(): CommitMark {
    return {topicId: this.#id, startedWith: this.#startedWith};
  }

  /** Takes over what a look told. Answers the id that was known before, and from how many partitions it grew. */
  take({id, partitions}: TopicPresence): {readonly known: string | null; readonly grownFrom: number | null} {
    const known = this.#id;
    const before = this.#partitions;
    this.#id = id ?? known;
    this.#partitions = partitions;
    const isOther = isRecreated(known, id);
    if (isOther) this.#startedWith = partitions;
    return {known, grownFrom: before > 0 && partitions > before && !isOther ? before : null};
  }

  /** What the group's commits tell of its start; null: nothing. */
  knowStart(startedWith: number | null): void {
    this.#startedWith = startedWith;
  }

  /** We have started on it; if nobody did before us, the group starts with the partitions of now. */
  started(): void {
    this.#startedWith ??= this.#partitions;
  }
}

/** Whether the topic was deleted and made again, by its ids. */
export function isRecreated(known: string | null, now: string | null): boolean {
  return known !== null && now !== null && known !== now;
}
