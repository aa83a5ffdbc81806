import {Damaged} from './unreadable-records.ts';

/**
 * Reads the numbers of record batches: fixed ones, and zigzag ones of variable length. Each read is held against the end,
 * since a batch may be damaged or written by a stranger; what does not fit is Damaged.
 */
export class ByteReader {
  readonly bytes: Buffer;
  readonly end: number;
  at: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** Of 32 bits. */
  varInt(): number {
    const {bytes, end} = this;
    let raw = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.at >= end) throw cutOff();
      const byte = bytes[this.at++]!;
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1);
    }
    throw new Damaged('a number in it is too long');
  }

  /** Of 64 bits, as a number: exact up to 2^53, which is what times and their differences are. */
  varLong(): number {
    const {bytes, end} = this;
    let raw = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (this.at >= end) throw cutOff();
      const byte = bytes[this.at++]!;
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1);
    }
    return this.#longer(raw);
  }

  /** What a number of 64 bits has beyond its lowest 28, which are `low`; whole numbers of 32 bits do not hold it. */
  #longer(low: number): number {
    let raw = low;
    for (let factor = 2 ** 28; factor < 2 ** 70; factor *= 2 ** 7) {
      if (this.at >= this.end) throw cutOff();
      const byte = this.bytes[this.at++]!;
      raw += (byte & 0x7f) * factor;
      if (byte < 0x80) return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
    }
    throw new Damaged('a number in it is too long');
  }

  int32(): number {
    const at = this.pass(4);
    return this.bytes.readInt32BE(at);
  }

  /** Goes on behind `size` bytes. Answers where they begin. */
  pass(size: number): number {
    if (size < 0 || size > this.end - this.at) throw cutOff();
    const at = this.at;
    this.at += size;
    return at;
  }
}

function cutOff(): Damaged {
  return new Damaged('a record in it is longer than its batch');
}
