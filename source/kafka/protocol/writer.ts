/** Bytes that are worth a piece of their own. */
const large = 16 * 1024;

/** Writes Kafka's types into a request, classic or flexible (compact, with tagged fields: KIP-482). */
export class Writer {
  readonly #parts: Buffer[] = [];
  readonly #isFlexible: boolean;

  constructor(isFlexible: boolean) {
    this.#isFlexible = isFlexible;
  }

  int8(value: number): this {
    const part = Buffer.alloc(1);
    part.writeInt8(value);
    return this.#add(part);
  }

  int16(value: number): this {
    const part = Buffer.alloc(2);
    part.writeInt16BE(value);
    return this.#add(part);
  }

  int32(value: number): this {
    const part = Buffer.alloc(4);
    part.writeInt32BE(value);
    return this.#add(part);
  }

  int64(value: bigint): this {
    const part = Buffer.alloc(8);
    part.writeBigInt64BE(value);
    return this.#add(part);
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  /** "None", where a topic is asked for by name. */
  noUuid(): this {
    return this.#add(Buffer.alloc(16));
  }

  string(text: string): this {
    const bytes = Buffer.from(text, 'utf8');
    if (this.#isFlexible) this.#varInt(bytes.length + 1);
    else this.int16(bytes.length);
    return this.#add(bytes);
  }

  nullableString(text: string | null): this {
    if (text !== null) return this.string(text);
    return this.#isFlexible ? this.#varInt(0) : this.int16(-1);
  }

  /** Not copied. */
  bytes(bytes: Buffer): this {
    if (this.#isFlexible) this.#varInt(bytes.length + 1);
    else this.int32(bytes.length);
    return this.#add(bytes);
  }

  array<Item>(items: readonly Item[] | null, write: (item: Item) => void): this {
    if (this.#isFlexible) this.#varInt(items === null ? 0 : items.length + 1);
    else this.int32(items?.length ?? -1);
    for (const item of items ?? []) write(item);
    return this;
  }

  /** The end of a structure: no tagged fields. Nothing in a version that is not flexible. */
  tags(): this {
    return this.#isFlexible ? this.#varInt(0) : this;
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** As `toBuffer`, one piece after the other: the large ones are not copied. */
  toPieces(): readonly Buffer[] {
    const pieces: Buffer[] = [];
    let small: Buffer[] = [];
    for (const part of this.#parts) {
      small.push(part);
      if (part.length < large) continue;
      small.pop();
      pieces.push(Buffer.concat(small), part);
      small = [];
    }
    return [...pieces, Buffer.concat(small)].filter(piece => piece.length > 0);
  }

  #varInt(value: number): this {
    const bytes: number[] = [];
    let left = value;
    while (left >= 0x80) {
      bytes.push((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    bytes.push(left);
    return this.#add(Buffer.from(bytes));
  }

  #add(part: Buffer): this {
    this.#parts.push(part);
    return this;
  }
}
