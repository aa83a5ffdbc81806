import type {Message} from './message.ts';

/** A batch that the topic holds and that cannot be read: its records are unknown. */
export type UnreadableBatch = {
  /** The first offset that cannot be read. */
  readonly from: bigint;
  /** One past the batch's last offset, where reading can go on; null: the damage hides it. */
  readonly next: bigint | null;
  /** What is wrong, for a person, as the end of a sentence: `CRC mismatch`. */
  readonly reason: string;
  /** The batch as the broker gave it, to be saved. */
  readonly bytes: Buffer;
};

/** What one fetch brought for a partition: `messages`, and that nothing else exists below `next`. */
export type Fetched = {
  readonly messages: readonly Message[];
  /** The offset that was asked for. */
  readonly from: bigint;
  /** One past the last offset that the fetch covered; gaps after the last message are covered too. */
  readonly next: bigint;
  /** Memory that this fetch keeps alive, in bytes. */
  readonly bytes: number;
  /** The partition's end at that time, where the fetch told it. */
  readonly highWatermark?: bigint;
  /** What stands at `next` cannot be read; mostly nothing was read before it, and `next` is `from`. */
  readonly unreadable?: UnreadableBatch;
};

/**
 * Messages fetched and not yet finished, in order, without copying: batches are kept as they came. Behind them may stand
 * one that cannot be read; nothing is taken from behind that.
 */
export class FetchedQueue {
  #batches: Fetched[] = [];
  /** Index of the head within the first batch. */
  #index = 0;
  #bytes = 0;
  #unreadable: UnreadableBatch | null = null;

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.head === undefined;
  }

  get head(): Message | undefined {
    return this.#batches[0]?.messages[this.#index];
  }

  /** What cannot be read and stands behind all messages that are here. */
  get unreadable(): UnreadableBatch | null {
    return this.#unreadable;
  }

  /** Where what is to be done first begins, a message or what cannot be read; undefined: nothing is here. */
  get begins(): bigint | undefined {
    return this.head?.offset ?? this.#unreadable?.from;
  }

  /** The partition's end as the fetch of the head told it; null: not known. */
  get highWatermark(): bigint | null {
    return this.#batches[0]?.highWatermark ?? null;
  }

  push(fetched: Fetched): void {
    this.#batches.push(fetched);
    this.#bytes += fetched.bytes;
  }

  endWith(unreadable: UnreadableBatch): void {
    this.#unreadable = unreadable;
  }

  /** Up to `most` messages from the head on, all of one fetch. They stay in the queue until `drop`. */
  peek(most: number): readonly Message[] {
    const batch = this.#batches[0];
    if (!batch) return [];
    if (this.#index === 0 && batch.messages.length <= most) return batch.messages;
    return batch.messages.slice(this.#index, this.#index + most);
  }

  /**
   * Takes the first `count` messages of the first fetch away. Answers up to which offset everything taken so far is
   * covered: the next message's own offset is not reached, the end of a used-up fetch is.
   */
  drop(count: number): bigint {
    const batch = this.#batches[0]!;
    const last = batch.messages[this.#index + count - 1]!;
    this.#index += count;
    if (this.#index < batch.messages.length) return last.offset + 1n;
    this.#shiftBatch();
    return batch.next;
  }

  /** Takes a fetch without messages from the head, if there is one: answers how far it covered, else null. */
  dropEmpty(): bigint | null {
    let covered: bigint | null = null;
    while (this.#batches.length > 0 && this.#batches[0]!.messages.length === 0) {
      covered = this.#batches[0]!.next;
      this.#shiftBatch();
    }
    return covered;
  }

  /** Takes away all that lies below `offset`, and what cannot be read where it begins below. */
  dropBelow(offset: bigint): void {
    if (this.#unreadable && this.#unreadable.from < offset) this.#unreadable = null;
    for (;;) {
      const batch = this.#batches[0];
      if (!batch) return;
      if (batch.next <= offset) {
        this.#shiftBatch();
        continue;
      }
      while (this.#index < batch.messages.length && batch.messages[this.#index]!.offset < offset)
        this.#index++;
      // What it covers behind its last message is known still, and finished as soon as nothing is before it.
      if (this.#index > 0 && this.#index === batch.messages.length) {
        this.#shiftBatch();
        this.#batches.unshift({...batch, messages: [], bytes: 0});
      }
      return;
    }
  }

  /** The first `most` messages behind the head, as far as the first fetch goes. */
  behind(most: number): readonly Message[] {
    return this.#batches[0]?.messages.slice(this.#index + 1, this.#index + 1 + most) ?? [];
  }

  clear(): void {
    this.#batches = [];
    this.#index = 0;
    this.#bytes = 0;
    this.#unreadable = null;
  }

  #shiftBatch(): void {
    this.#bytes -= this.#batches[0]!.bytes;
    this.#batches.shift();
    this.#index = 0;
  }
}
