import zlib from 'node:zlib';
import {decompressLz4} from './lz4.ts';
import {decompressSnappy} from './snappy.ts';
import {TooLargeError} from './too-large.ts';

/** The compressions in their numbers on the wire; 0 is none. */
export const compressions = {gzip: 1, snappy: 2, lz4: 3, zstd: 4} as const;

/**
 * What was compressed, of `most` bytes at most: a batch of a hundred bytes can claim to hold gigabytes. Throws a TooLargeError
 * where it is more, and another error where the bytes are not what they claim to be.
 */
export function decompress(compression: number, bytes: Buffer, most: number): Buffer {
  switch (compression) {
    case compressions.gzip:
      return byZlib(() => zlib.gunzipSync(bytes, {maxOutputLength: most}));
    case compressions.snappy:
      return decompressSnappy(bytes, most);
    case compressions.lz4:
      return decompressLz4(bytes, most);
    case compressions.zstd:
      // Java reads an empty stream as one without a frame.
      return bytes.length === 0
        ? bytes
        : byZlib(() => zlib.zstdDecompressSync(bytes, {maxOutputLength: most}));
    default:
      throw new Error(`No compression ${compression}.`);
  }
}

function byZlib(run: () => Buffer): Buffer {
  try {
    return run();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new TooLargeError();
    throw error;
  }
}
