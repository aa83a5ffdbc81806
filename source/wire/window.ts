/** Up to so many bytes are copied one by one, which is quicker than the call of a function outside of JavaScript. */
const short = 64;

/**
 * Bytes that a decompressor writes, of a size known before; a copy may read what it has just written. Whatever does not fit is an
 * error: the numbers come from a stranger.
 */
export class Window {
  readonly bytes: Buffer;
  length = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  /** Copies `count` bytes of `from`, beginning at `at`. */
  literal(from: Buffer, at: number, count: number): void {
    if (count < 0 || at + count > from.length || count > this.bytes.length - this.length) {
      throw new Error('A literal does not fit.');
    }
    const {bytes, length} = this;
    if (count > short) from.copy(bytes, length, at, at + count);
    else for (let index = 0; index < count; index++) bytes[length + index] = from[at + index]!;
    this.length += count;
  }

  /** Repeats `count` bytes that were written `distance` bytes before. */
  repeat(distance: number, count: number): void {
    if (distance < 1 || distance > this.length || count > this.bytes.length - this.length) {
      throw new Error('A copy does not fit.');
    }
    const {bytes, length} = this;
    const from = length - distance;
    if (count > short && distance >= count) bytes.copyWithin(length, from, from + count);
    else for (let index = 0; index < count; index++) bytes[length + index] = bytes[from + index]!;
    this.length += count;
  }
}
