/**
 * What came over a connection does not follow Kafka's protocol, or was cut off: at the other end is no Kafka broker, or
 * something between damages what it says. The message is a clause: "the answer counts 7 items, with 3 bytes left".
 */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

/**
 * Reads Kafka's types from an answer's bytes, classic or flexible (compact, with tagged fields: KIP-482). Each read is
 * checked against what is there, since the other end is a stranger: what does not fit is a MalformedAnswer.
 */
export class Reader {
  readonly #buffer: Buffer;
  readonly #isFlexible: boolean;
  #at = 0;

  constructor(buffer: Buffer, isFlexible: boolean) {
    this.#buffer = buffer;
    this.#isFlexible = isFlexible;
  }

  int8(): number {
    return this.#take(1).readInt8();
  }

  int16(): number {
    return this.#take(2).readInt16BE();
  }

  int32(): number {
    return this.#take(4).readInt32BE();
  }

  int64(): bigint {
    return this.#take(8).readBigInt64BE();
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  /** As hex; null where it is all zeros, which says "none". */
  uuid(): string | null {
    const text = this.#take(16).toString('hex');
    return /^0+$/.test(text) ? null : text;
  }

  string(): string {
    const text = this.nullableString();
    if (text === null) throw new MalformedAnswer('the answer has null where a text must be');
    return text;
  }

  nullableString(): string | null {
    const length = this.#isFlexible ? this.#varInt() - 1 : this.int16();
    return length < 0 ? null : this.#take(length).toString('utf8');
  }

  /** Not copied. Null is read as no bytes. */
  bytes(): Buffer {
    const length = this.#isFlexible ? this.#varInt() - 1 : this.int32();
    return length < 0 ? this.#take(0) : this.#take(length);
  }

  /** Null is read as none. Each item takes at least one byte, so that a count cannot be larger than what is left. */
  array<Item>(item: () => Item): Item[] {
    const count = this.#isFlexible ? this.#varInt() - 1 : this.int32();
    if (count > this.#left)
      throw new MalformedAnswer(`the answer counts ${count} items, with ${this.#left} bytes left`);
    const items: Item[] = [];
    for (let index = 0; index < count; index++) items.push(item());
    return items;
  }

  /** Passes what a newer server may say beside; nothing in a version that is not flexible. */
  tags(): void {
    if (!this.#isFlexible) return;
    for (let fields = this.#varInt(); fields > 0; fields--) {
      this.#varInt(); // tag
      this.#take(this.#varInt());
    }
  }

  get #left(): number {
    return this.#buffer.length - this.#at;
  }

  #take(size: number): Buffer {
    if (size > this.#left)
      throw new MalformedAnswer(
        `the answer ends too early: ${size} bytes wanted at ${this.#at}, ${this.#left} left`,
      );
    const taken = this.#buffer.subarray(this.#at, this.#at + size);
    this.#at += size;
    return taken;
  }

  /** An unsigned number of at most 32 bits, in groups of seven. */
  #varInt(): number {
    let value = 0;
    for (let group = 0; group < 5; group++) {
      const byte = this.#take(1).readUInt8();
      value += (byte & 0x7f) * 2 ** (7 * group);
      if (byte < 0x80) return value;
    }
    throw new MalformedAnswer('the answer has a number that is too long');
  }
}
