import {TooLargeError} from './too-large.ts';

/**
 * Bytes that a decompressor writes, `most` at most. Room is made as it is needed, since the numbers that say how much it
 * will be come from a stranger.
 */
export class Output {
  bytes: Buffer;
  /** Written so far. */
  length = 0;
  readonly #most: number;

  /** `room`: what is likely to be enough. */
  constructor(room: number, most: number) {
    this.bytes = Buffer.allocUnsafeSlow(Math.min(room, most));
    this.#most = most;
  }

  /** How much more may be written. */
  get left(): number {
    return this.#most - this.length;
  }

  /** Makes room for `size` more bytes. Throws TooLargeError where there may not be so many. */
  reserve(size: number): void {
    if (size > this.left) throw new TooLargeError();
    const needed = this.length + size;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.min(this.#most, Math.max(needed, 2 * this.bytes.length)));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  /** All that was written. */
  taken(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}

/** Up to so many bytes are copied one by one, which is quicker than the call of a function outside of JavaScript. */
const short = 48;

/** Copies `count` bytes from `from` on to `to` on; all of them are there. Answers where they end. */
export function copyLiteral(source: Buffer, from: number, bytes: Buffer, to: number, count: number): number {
  const end = to + count;
  if (count > short) source.copy(bytes, to, from, from + count);
  else for (let at = from, place = to; place < end; ) bytes[place++] = source[at++]!;
  return end;
}

/**
 * Repeats at `to` the `count` bytes that begin `distance` before, as far as they are there, again and again. Room was
 * made, and `distance` was checked. Answers where they end.
 */
export function repeatBytes(bytes: Buffer, to: number, distance: number, count: number): number {
  const from = to - distance;
  const end = to + count;
  if (count <= short) {
    for (let at = from, place = to; place < end; ) bytes[place++] = bytes[at++]!;
    return end;
  }
  // What was copied continues the pattern: each step can copy all that is there by now.
  for (let at = to; at < end; ) {
    const size = Math.min(end - at, at - from);
    bytes.copyWithin(at, from, from + size);
    at += size;
  }
  return end;
}
