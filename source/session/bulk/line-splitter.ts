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
  /** The pieces of a line that has no end yet. */
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** The lines that end in this piece. */
  *push(chunk: Uint8Array): Generator<Line> {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let from = 0;
    for (let at = piece.indexOf(lineFeed); at >= 0; at = piece.indexOf(lineFeed, from)) {
      this.#refuseLonger(at - from);
      const part = piece.subarray(from, at);
      yield this.#take(this.#rest.length === 0 ? part : Buffer.concat([...this.#rest, part]), 1);
      from = at + 1;
    }
    if (from === piece.length) return;
    this.#refuseLonger(piece.length - from);
    this.#rest.push(piece.subarray(from));
    this.#restBytes += piece.length - from;
  }

  /** The last line where no line feed ends it; null: there is none. */
  end(): Line | null {
    return this.#restBytes === 0 ? null : this.#take(Buffer.concat(this.#rest), 0);
  }

  #take(bytes: Buffer, endBytes: number): Line {
    const taken = {line: this.#line, byteOffset: this.#byteOffset, bytes};
    this.#line++;
    this.#byteOffset += bytes.length + endBytes;
    if (this.#restBytes > 0) {
      this.#rest = [];
      this.#restBytes = 0;
    }
    return taken;
  }

  #refuseLonger(more: number): void {
    if (this.#restBytes + more > mostBytes)
      throw new Error(`line ${this.#line} has more than ${mostBytes} bytes`);
  }
}
