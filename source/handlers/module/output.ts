import {AsyncLocalStorage} from 'node:async_hooks';

/** Output kept of one attempt, in characters; the rest is only counted. */
const most = 64 * 1024;

/** What one attempt printed. */
export class AttemptOutput {
  #text = '';
  #dropped = 0;

  write(text: string): void {
    const room = most - this.#text.length;
    this.#text += text.slice(0, Math.max(0, room));
    this.#dropped += Math.max(0, text.length - Math.max(0, room));
  }

  /** What was printed until now; what comes next begins anew. */
  take(): string | undefined {
    const {text} = this;
    this.#text = '';
    this.#dropped = 0;
    return text;
  }

  /** undefined: nothing was printed. */
  get text(): string | undefined {
    if (this.#text === '') return undefined;
    const more = this.#dropped > 0 ? `… (${this.#dropped} more characters)` : '';
    return this.#text.trimEnd() + more;
  }
}

/** The attempt that code runs in, also after awaits and in timers that it set. */
export const currentAttempt = new AsyncLocalStorage<AttemptOutput>();

/**
 * Takes over everything that the process prints: to the attempt that printed it, or else to `elsewhere`. Nothing
 * reaches the real output, which belongs to the screen or to scripts.
 */
export function captureOutput(elsewhere: (text: string) => void): void {
  const write = (
    chunk: string | Uint8Array,
    encodingOrDone?: BufferEncoding | ((error?: Error | null) => void),
    done?: (error?: Error | null) => void,
  ): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const attempt = currentAttempt.getStore();
    if (attempt) attempt.write(text);
    else elsewhere(text);
    const finished = typeof encodingOrDone === 'function' ? encodingOrDone : done;
    if (finished) queueMicrotask(() => finished());
    return true;
  };
  process.stdout.write = write;
  process.stderr.write = write;
}
