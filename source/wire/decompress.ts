import {promisify} from 'node:util';
import zlib from 'node:zlib';
import {decompressLz4} from './lz4.ts';
import {decompressSnappy} from './snappy.ts';
import {TooLargeError} from './too-large.ts';

/** The compressions in their numbers on the wire; 0 is none. */
export const compressions = {gzip: 1, snappy: 2, lz4: 3, zstd: 4} as const;

export type Leniency = {
  /** LZ4 blocks that refer back to the ones before them; Kafka itself does not take them. */
  readonly linked?: boolean;
};

/** Packed bytes from which unpacking is done beside the event loop. */
const longWork = 128 * 1024;

/**
 * What was compressed, of `most` bytes at most: a batch of a hundred bytes can claim to hold gigabytes. Throws a TooLargeError
 * where it is more, and another error where the bytes are not what they claim to be.
 */
export function decompress(compression: number, bytes: Buffer, most: number, leniency?: Leniency): Buffer {
  switch (compression) {
    case compressions.gzip:
      return tooLargeOr(() => zlib.gunzipSync(bytes, {maxOutputLength: most}));
    case compressions.snappy:
      return decompressSnappy(bytes, most);
    case compressions.lz4:
      return decompressLz4(bytes, most, leniency);
    case compressions.zstd:
      return inFrames(bytes, most, (rest, left) =>
        tooLargeOr(
          () => zlib.zstdDecompressSync(rest, {maxOutputLength: left, info: true}) as unknown as WithEngine,
        ),
      );
    default:
      throw new Error(`No compression ${compression}.`);
  }
}

/** The same; what takes long is done by another thread where Node can do that. */
export async function decompressBeside(
  compression: number,
  bytes: Buffer,
  most: number,
  leniency?: Leniency,
): Promise<Buffer> {
  const isNodes = compression === compressions.gzip || compression === compressions.zstd;
  if (!isNodes || bytes.length < longWork) return decompress(compression, bytes, most, leniency);
  if (compression === compressions.gzip)
    return tooLargeOr(() => promisify(zlib.gunzip)(bytes, {maxOutputLength: most}));
  const frames: Buffer[] = [];
  for (let at = 0, left = most; at < bytes.length; ) {
    const frame = await tooLargeOr(() => zstdFrame(bytes.subarray(at), left));
    frames.push(frame.buffer);
    at += frame.engine.bytesWritten;
    left -= frame.buffer.length;
  }
  return joined(frames);
}

/** What zlib answers with `info`; `bytesWritten` is what it has read of its input. */
type WithEngine = {readonly buffer: Buffer; readonly engine: {readonly bytesWritten: number}};

function zstdFrame(bytes: Buffer, most: number): Promise<WithEngine> {
  return new Promise((resolve, reject) => {
    zlib.zstdDecompress(bytes, {maxOutputLength: most, info: true}, (error, answer) => {
      if (error) reject(error);
      else resolve(answer as unknown as WithEngine);
    });
  });
}

/** Node reads the first frame only. No frame is nothing, as Java reads it. */
function inFrames(bytes: Buffer, most: number, read: (rest: Buffer, left: number) => WithEngine): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0, left = most; at < bytes.length; ) {
    const {buffer, engine} = read(bytes.subarray(at), left);
    frames.push(buffer);
    at += engine.bytesWritten;
    left -= buffer.length;
  }
  return joined(frames);
}

function joined(frames: readonly Buffer[]): Buffer {
  return frames.length === 1 ? frames[0]! : Buffer.concat(frames);
}

function tooLargeOr<Result>(run: () => Result): Result {
  try {
    const result = run();
    return result instanceof Promise ? (result.catch(rethrow) as Result) : result;
  } catch (error) {
    return rethrow(error);
  }
}

function rethrow(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new TooLargeError();
  throw error;
}
