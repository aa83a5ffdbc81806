/** A line as it stands in the input: all bytes between two line feeds, also a carriage return before the second. */
export type Line = {
  /** From 1. */
  readonly line: number;
  /** Of its first byte in the input, from 0. */
  readonly byteOffset: number;
  readonly bytes: Buffer;
};

/** A longer line is no message: brokers take 1 MiB by default. */
const mostBytes = 32 * 1024 * 1024;
const lineFeed = 0x0a;

/**
 * Parts an input into lines, whatever pieces it comes in. A line ends with a line feed and nothing else, as for kcat and
 * Apache's console producer: what stands before it is the line, byte for byte (rule 2). A line feed at the very end ends
 * the last line and begins no other. Throws where one line has more than 32 MiB. A line is a slice of its piece where it
 * lies in one: whoever keeps it copies it.
 */
export class LineSplitter {
  #line = 1;
  #byteOffset = 0;
  #rest: Uint8Array[] = [];
  #restBytes = 0;

  /** The lines that end in this piece. */
  *push(chunk: Uint8Array): Generator<Line> {
    let from = 0;
    for (;;) {
      const at = chunk.indexOf(lineFeed, from);
      const part = chunk.subarray(from, at < 0 ? chunk.length : at);
      this.#restBytes += part.length;
      if (this.#restBytes > mostBytes) throw new Error(`line ${this.#line} has more than ${mostBytes} bytes`);
      if (part.length > 0) this.#rest.push(part);
      if (at < 0) return;
      yield this.#take(1);
      from = at + 1;
    }
  }

  /** The last line where no line feed ends it; null: there is none. */
  end(): Line | null {
    return this.#restBytes === 0 ? null : this.#take(0);
  }

  #take(endBytes: number): Line {
    const [only] = this.#rest;
    const bytes =
      only && this.#rest.length === 1
        ? Buffer.from(only.buffer, only.byteOffset, only.length)
        : Buffer.concat(this.#rest, this.#restBytes);
    const taken = {line: this.#line, byteOffset: this.#byteOffset, bytes};
    this.#line++;
    this.#byteOffset += bytes.length + endBytes;
    this.#rest = [];
    this.#restBytes = 0;
    return taken;
  }
}
