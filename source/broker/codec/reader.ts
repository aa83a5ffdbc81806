/** The bytes are not what they claim to be: too short, a length below zero, more elements than a request may have. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}

/** What one request may hold in all its lists together: a byte on the wire can become a hundred in memory. */
const elementLimit = 1_000_000;

/** Reads Kafka's primitive types one after another; never past the end, and it allocates nothing a length only claims. */
export class Reader {
  readonly bytes: Buffer;
  at: number;
  #elements = 0;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** Moves past `count` bytes and answers where they start. */
  pass(count: number): number {
    const at = this.at;
    if (count < 0 || count > this.bytes.length - at) throw new MalformedError(`${count} bytes at ${at}`);
    this.at = at + count;
    return at;
  }

  int8(): number {
    return this.bytes.readInt8(this.pass(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.pass(2));
  }

  uint16(): number {
    return this.bytes.readUInt16BE(this.pass(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.pass(4));
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE(this.pass(8));
  }

  float64(): number {
    return this.bytes.readDoubleBE(this.pass(8));
  }

  /** A view, not a copy: it keeps the whole request in memory as long as it lives. */
  take(count: number): Buffer {
    const at = this.pass(count);
    return this.bytes.subarray(at, at + count);
  }

  text(length: number): string {
    const at = this.pass(length);
    return this.bytes.toString('utf8', at, at + length);
  }

  unsignedVarInt(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.pass(1)]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (shift === 28 && byte > 0x0f) break;
        return value >>> 0;
      }
    }
    throw new MalformedError('a variable length integer of more than 32 bits');
  }

  /** Zigzag, as the fields inside a record are written. */
  varInt(): number {
    const value = this.unsignedVarInt();
    return (value >>> 1) ^ -(value & 1);
  }

  varLong(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.pass(1)]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw new MalformedError('a variable length integer of more than 64 bits');
  }

  /** Checks a list's length before anything is made for it: each element takes a byte or more. */
  elements(count: number): number {
    this.#elements += count;
    if (count > this.left || this.#elements > elementLimit) throw new MalformedError(`a list of ${count}`);
    return count;
  }

  /** Passes the tagged fields that nobody here knows. */
  skipTags(): void {
    for (let tags = this.unsignedVarInt(); tags > 0; tags--) {
      this.unsignedVarInt();
      this.pass(this.unsignedVarInt());
    }
  }
}
