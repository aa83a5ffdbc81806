const sizeField = 4;
const small = 4096;
const smallPieces = 64;

/** A client announced a request that is larger than it may be. */
export class FrameTooLarge extends Error {
  override readonly name = 'FrameTooLarge';
}

/** Cuts what comes over a socket into requests. Nothing is allocated for a size that is only announced. */
export class Frames {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that wait for the rest of their request, or for their turn. */
  get waiting(): number {
    return this.#length;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    // Sent byte by byte, each would cost a hundred times its size.
    const last = this.#chunks.slice(-smallPieces);
    if (last.length === smallPieces && last.every(each => each.length < small)) {
      this.#chunks.splice(-smallPieces, smallPieces, Buffer.concat(last));
    }
  }

  /** The next whole request without its size, or null. */
  next(): Buffer | null {
    if (this.#length < sizeField) return null;
    if (this.#chunks[0]!.length < sizeField) this.#chunks = [Buffer.concat(this.#chunks)];
    const size = this.#chunks[0]!.readInt32BE(0);
    if (size < 0 || size > this.#limit) throw new FrameTooLarge(`a request of ${size} bytes`);
    const whole = sizeField + size;
    if (this.#length < whole) return null;
    if (this.#chunks[0]!.length < whole) this.#chunks = [Buffer.concat(this.#chunks)];
    const first = this.#chunks[0]!;
    this.#length -= whole;
    if (first.length === whole) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(whole);
    return first.subarray(sizeField, whole);
  }
}
