import {MalformedAnswer} from './reader.ts';

/** One whole answer: what follows the number of its request; of a token of SASL, that has none, all of it. */
export type Frame = {
  /** null: a token. */
  readonly correlationId: number | null;
  readonly payload: Buffer;
};

/** What is waited for on a connection. */
export type Expected = {
  /** The next frame is a token of SASL's own framing: a length and bytes, without the number of a request. */
  isToken(): boolean;
  /**
   * The largest answer (bytes) that the request with this number may have; `dropped`: nobody waits for it any more; null:
   * there was no such request.
   */
  largest(correlationId: number): number | 'dropped' | null;
};

/** Answers of SASL and to those who are not signed in yet (bytes): the list of what a server offers is some hundreds. */
export const largestBeforeSigningIn = 1024 * 1024;
/** Bytes. The metadata of half a million partitions is about this large. */
export const largestAnswer = 32 * 1024 * 1024;
/** Bytes. A fetch asks for a few MiB, and gets the first batch whole, however large its topic lets it be. */
export const largestFetch = 128 * 1024 * 1024;

const lengthSize = 4;
const headSize = 8;

/**
 * Cuts what a connection receives into answers. A length is checked as soon as it is there, and before anything is kept
 * for it: an answer that is larger than its request allows, or to no request, is a MalformedAnswer. Each byte is copied
 * at most once, into room for exactly one answer, which the system gives only as it is filled.
 */
export class AnswerFrames {
  readonly #expected: Expected;
  readonly #head = Buffer.alloc(headSize);
  #headBytes = 0;
  /** The frame that is begun; `body` null: it is dropped. */
  #begun: {correlationId: number | null; size: number; body: Buffer | null; at: number} | null = null;

  constructor(expected: Expected) {
    this.#expected = expected;
  }

  /** The frames that end in these bytes. Each is to be dealt with before the next is asked for. */
  *take(bytes: Buffer): Generator<Frame> {
    for (let at = 0; at < bytes.length; ) {
      at += this.#begun ? 0 : this.#readHead(bytes, at);
      const begun = this.#begun;
      if (!begun) return;
      const taken = Math.min(begun.size - begun.at, bytes.length - at);
      const isWhole = taken === begun.size;
      if (!isWhole && begun.body) bytes.copy(begun.body, begun.at, at, at + taken);
      const payload = isWhole ? bytes.subarray(at, at + taken) : begun.body;
      const isDropped = begun.body === null;
      begun.at += taken;
      at += taken;
      if (begun.at < begun.size) return;
      this.#begun = null;
      if (payload && !isDropped) yield {correlationId: begun.correlationId, payload};
    }
  }

  /** Answers how many bytes it took; begins a frame when the head is whole. */
  #readHead(bytes: Buffer, from: number): number {
    const isToken = this.#expected.isToken();
    const wanted = isToken ? lengthSize : headSize;
    const taken = Math.min(wanted - this.#headBytes, bytes.length - from);
    bytes.copy(this.#head, this.#headBytes, from, from + taken);
    this.#headBytes += taken;
    if (this.#headBytes < lengthSize) return taken;
    const length = this.#head.readInt32BE(0);
    if (isToken) this.#checkLength(length, 0, largestBeforeSigningIn);
    else this.#checkLength(length, headSize - lengthSize, largestFetch);
    if (this.#headBytes < wanted) return taken;
    this.#headBytes = 0;
    this.#begin(length, isToken ? null : this.#head.readInt32BE(lengthSize));
    return taken;
  }

  #begin(length: number, correlationId: number | null): void {
    const size = correlationId === null ? length : length - (headSize - lengthSize);
    const largest = correlationId === null ? length : this.#expected.largest(correlationId);
    if (largest === null)
      throw new MalformedAnswer(`it answers a request that was not sent (number ${correlationId})`);
    if (largest !== 'dropped') this.#checkLength(length, 0, largest);
    const body = largest === 'dropped' ? null : Buffer.allocUnsafe(size);
    this.#begun = {correlationId, size, body, at: 0};
  }

  #checkLength(length: number, least: number, most: number): void {
    if (length >= least && length <= most) return;
    const start = this.#head.toString('latin1', 0, lengthSize);
    if (start === 'HTTP') throw new MalformedAnswer('an HTTP server answers there');
    if (start.startsWith('\x15\x03')) throw new MalformedAnswer('it speaks TLS; this connection was plain');
    if (length < least) throw new MalformedAnswer(`it says that its answer has ${length} bytes`);
    throw new MalformedAnswer(
      `it says that its answer has ${length} bytes, of which ${most} are the most that can be right`,
    );
  }
}
