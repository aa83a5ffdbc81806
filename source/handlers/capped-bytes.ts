import {sayBytes} from './amounts.ts';

/** Output kept of one attempt, in bytes; the rest is only counted. */
const most = 64 * 1024;

/** The beginning of what a program or server said, and how much more there was. */
export class CappedBytes {
  #chunks: Buffer[] = [];
  #kept = 0;
  #dropped = 0;

  add(chunk: Buffer): void {
    const room = most - this.#kept;
    const taken = chunk.subarray(0, room);
    if (taken.length > 0) this.#chunks.push(taken);
    this.#kept += taken.length;
    this.#dropped += chunk.length - taken.length;
  }

  /** undefined: there was nothing. Bytes that are not UTF-8 show as U+FFFD. */
  get text(): string | undefined {
    if (this.#kept === 0) return undefined;
    const text = Buffer.concat(this.#chunks).toString('utf8').trimEnd();
    return this.#dropped === 0 ? text : `${text}… ${sayBytes(this.#dropped)} more`;
  }
}
