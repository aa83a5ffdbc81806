const blockBytes = 64 * 1024;
const mostSpare = 16;

/**
 * Collects text as bytes, in blocks whose memory is used again: texts that wait for a slow reader would be taken over into
 * the old generation of the heap, thousands of them.
 */
export class OutputBlocks {
  readonly #full: (block: Buffer) => void;
  readonly #spare: Buffer[] = [];
  #block: Buffer = Buffer.allocUnsafe(blockBytes);
  #at = 0;

  /** `full` takes a block that has no room for what comes next. */
  constructor(full: (block: Buffer) => void) {
    this.#full = full;
  }

  /** Bytes that were collected and not given out. */
  get collected(): number {
    return this.#at;
  }

  add(text: string): void {
    // A UTF-16 unit takes three bytes at most.
    if (this.#at + text.length * 3 > blockBytes) {
      this.addBytes(Buffer.from(text));
      return;
    }
    this.#at += this.#block.write(text, this.#at, 'utf8');
  }

  /** Copies them. */
  addBytes(bytes: Buffer): void {
    if (this.#at + bytes.length > blockBytes) this.flush();
    if (bytes.length > blockBytes) this.#full(Buffer.from(bytes));
    else {
      this.#block.set(bytes, this.#at);
      this.#at += bytes.length;
    }
  }

  /** Gives out what is collected. */
  flush(): void {
    if (this.#at === 0) return;
    const block = this.#block.subarray(0, this.#at);
    this.#block = this.#spare.pop() ?? Buffer.allocUnsafe(blockBytes);
    this.#at = 0;
    this.#full(block);
  }

  /** Takes back a block that nobody reads any more. */
  reuse({buffer}: Buffer): void {
    if (buffer.byteLength === blockBytes && this.#spare.length < mostSpare)
      this.#spare.push(Buffer.from(buffer));
  }

  /** Forgets what is collected. */
  clear(): void {
    this.#at = 0;
  }
}
