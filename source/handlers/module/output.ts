import {AsyncLocalStorage} from 'node:async_hooks';
import fs from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import process from 'node:process';

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
  const print = (chunk: string | ArrayBufferView) => {
    const text =
      typeof chunk === 'string'
        ? chunk
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString();
    const attempt = currentAttempt.getStore();
    if (attempt) attempt.write(text);
    else elsewhere(text);
  };
  const write = (
    chunk: string | Uint8Array,
    encodingOrDone?: BufferEncoding | ((error?: Error | null) => void),
    done?: (error?: Error | null) => void,
  ): boolean => {
    print(chunk);
    const finished = typeof encodingOrDone === 'function' ? encodingOrDone : done;
    if (finished) queueMicrotask(() => finished());
    return true;
  };
  process.stdout.write = write;
  process.stderr.write = write;
  captureDescriptors(print);
}

/** Loggers write to the descriptors 1 and 2 themselves (pino does), past `process.stdout`. */
function captureDescriptors(print: (chunk: string | ArrayBufferView) => void): void {
  const isOutput = (descriptor: unknown) => descriptor === 1 || descriptor === 2;
  const {write, writeSync} = fs;
  /** What of the chunk is written: `offset` and `length` count for bytes only. */
  const part = (chunk: string | ArrayBufferView, offset: unknown, length: unknown) => {
    if (typeof chunk === 'string') return {chunk, size: Buffer.byteLength(chunk)};
    const start = typeof offset === 'number' ? offset : 0;
    const size = typeof length === 'number' ? length : chunk.byteLength - start;
    return {chunk: Buffer.from(chunk.buffer, chunk.byteOffset + start, size), size};
  };
  fs.writeSync = ((descriptor: number, chunk: string | ArrayBufferView, ...more: unknown[]) => {
    if (!isOutput(descriptor)) return Reflect.apply(writeSync, fs, [descriptor, chunk, ...more]);
    const written = part(chunk, more[0], more[1]);
    print(written.chunk);
    return written.size;
  }) as typeof fs.writeSync;
  fs.write = ((descriptor: number, chunk: string | ArrayBufferView, ...more: unknown[]) => {
    if (!isOutput(descriptor)) return Reflect.apply(write, fs, [descriptor, chunk, ...more]);
    const written = part(chunk, more[0], more[1]);
    print(written.chunk);
    const done = more.at(-1);
    if (typeof done === 'function') process.nextTick(() => done(null, written.size, chunk));
  }) as typeof fs.write;
  syncBuiltinESMExports();
}
