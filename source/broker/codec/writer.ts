const firstSize = 512;
/** From this size on bytes are handed over as they are instead of being copied. */
const ownPiece = 1024;

/** Writes Kafka's primitive types; large byte strings become pieces of their own, so that records are never copied. */
export class Writer {
  #buffer = Buffer.allocUnsafe(firstSize);
  #at = 0;
  #pieces: Buffer[] = [];
  #piecesLength = 0;

  get length(): number {
    return this.#piecesLength + this.#at;
  }

  #room(count: number): number {
    const at = this.#at;
    if (at + count > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, at + count));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    this.#at = at + count;
    return at;
  }

  int8(value: number): void {
    const at = this.#room(1);
    this.#buffer[at] = value;
  }

  int16(value: number): void {
    const at = this.#room(2);
    this.#buffer.writeInt16BE(value, at);
  }

  uint16(value: number): void {
    const at = this.#room(2);
    this.#buffer.writeUInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.#room(4);
    this.#buffer.writeInt32BE(value, at);
  }

  int64(value: bigint): void {
    const at = this.#room(8);
    this.#buffer.writeBigInt64BE(value, at);
  }

  float64(value: number): void {
    const at = this.#room(8);
    this.#buffer.writeDoubleBE(value, at);
  }

  unsignedVarInt(value: number): void {
    let left = value >>> 0;
    while (left >= 0x80) {
      this.int8((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    this.int8(left);
  }

  text(value: string, length: number): void {
    const at = this.#room(length);
    this.#buffer.write(value, at, length, 'utf8');
  }

  /** Bytes that nobody changes until they are sent. */
  raw(bytes: Buffer): void {
    if (bytes.length < ownPiece) {
      const at = this.#room(bytes.length);
      bytes.copy(this.#buffer, at);
      return;
    }
    this.#cut();
    this.#pieces.push(bytes);
    this.#piecesLength += bytes.length;
  }

  /** Everything written, in order. The writer is done with. */
  finish(): Buffer[] {
    this.#cut();
    return this.#pieces;
  }

  #cut(): void {
    if (this.#at === 0) return;
    this.#pieces.push(this.#buffer.subarray(0, this.#at));
    this.#piecesLength += this.#at;
    this.#buffer = Buffer.allocUnsafe(firstSize);
    this.#at = 0;
  }
}
