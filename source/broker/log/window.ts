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
    from.copy(this.bytes, this.length, at, at + count);
    this.length += count;
  }

  /** Repeats `count` bytes that were written `distance` bytes before. */
  repeat(distance: number, count: number): void {
    if (distance < 1 || distance > this.length || count > this.bytes.length - this.length) {
      throw new Error('A copy does not fit.');
    }
    const {bytes} = this;
    const from = this.length - distance;
    if (distance >= count) bytes.copyWithin(this.length, from, from + count);
    else for (let index = 0; index < count; index++) bytes[this.length + index] = bytes[from + index]!;
    this.length += count;
  }
}
