import zlib, {type ZlibOptions} from 'node:zlib';
import {TooLargeError} from './too-large.ts';
import type {Work} from './work.ts';

/** Options for unpacking so many bytes to `most`. */
type Limits = (packed: number, most: number) => Pick<ZlibOptions, 'maxOutputLength' | 'chunkSize'>;

/** What zlib answers with `info`; `bytesWritten` is what it has read of its input. */
type WithEngine = {readonly buffer: Buffer; readonly engine: {readonly bytesWritten: number}};

/** Node reads one frame at a time, and a batch may have several. No frame is nothing, as Java reads it. */
export function* unpackZstd(bytes: Buffer, most: number, limits: Limits): Work<Buffer> {
  const frames = new Frames(bytes, most);
  for (let rest = frames.rest; rest; rest = frames.rest) {
    const options = {...limits(rest.length, frames.left), info: true};
    frames.add(zlib.zstdDecompressSync(rest, options) as unknown as WithEngine);
    yield;
  }
  return frames.joined();
}

/** The same by another thread. */
export async function unpackZstdBeside(bytes: Buffer, most: number, limits: Limits): Promise<Buffer> {
  const frames = new Frames(bytes, most);
  for (let rest = frames.rest; rest; rest = frames.rest) frames.add(await frameOf(rest, frames.left, limits));
  return frames.joined();
}

function frameOf(bytes: Buffer, most: number, limits: Limits): Promise<WithEngine> {
  return new Promise((resolve, reject) => {
    zlib.zstdDecompress(bytes, {...limits(bytes.length, most), info: true}, (error, answer) => {
      if (error) reject(error);
      else resolve(answer as unknown as WithEngine);
    });
  });
}

/** Frames of one batch, read one after the other. */
class Frames {
  readonly #bytes: Buffer;
  readonly #frames: Buffer[] = [];
  #at = 0;
  left: number;

  constructor(bytes: Buffer, most: number) {
    this.#bytes = bytes;
    this.left = most;
  }

  /** What is not read yet; null: nothing. */
  get rest(): Buffer | null {
    if (this.#at === this.#bytes.length) return null;
    if (this.left === 0) throw new TooLargeError();
    return this.#bytes.subarray(this.#at);
  }

  add({buffer, engine}: WithEngine): void {
    if (engine.bytesWritten === 0) throw new Error('A zstd frame of no bytes.');
    // Node's answer is the beginning of a larger buffer: thousands of small frames would keep all of that.
    this.#frames.push(2 * buffer.length < buffer.buffer.byteLength ? Buffer.from(buffer) : buffer);
    this.#at += engine.bytesWritten;
    this.left -= buffer.length;
  }

  joined(): Buffer {
    return this.#frames.length === 1 ? this.#frames[0]! : Buffer.concat(this.#frames);
  }
}
