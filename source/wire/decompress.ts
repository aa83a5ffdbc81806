import {promisify} from 'node:util';
import zlib from 'node:zlib';
import {membersOnly} from './gzip.ts';
import {decompressLz4, type Lz4Leniency} from './lz4.ts';
import {decompressSnappy} from './snappy.ts';
import {TooLargeError} from './too-large.ts';
import {atOnce, inTurns} from './work.ts';
import {unpackZstd, unpackZstdBeside} from './zstd.ts';

/** The compressions in their numbers on the wire; 0 is none. */
export const compressions = {gzip: 1, snappy: 2, lz4: 3, zstd: 4} as const;

const kibibyte = 1024;
/** Packed bytes from which another thread unpacks. */
const longWork = 128 * kibibyte;
/** Unpacked bytes that are made at once; where there are more, another thread begins anew. */
const quickWork = 2048 * kibibyte;

/**
 * What was compressed, of `most` bytes at most: a batch of a hundred bytes can claim to hold gigabytes. Throws a TooLargeError
 * where it is more, and another error where the bytes are not what they claim to be, or are cut off.
 */
export function decompress(compression: number, bytes: Buffer, most: number, leniency?: Lz4Leniency): Buffer {
  switch (compression) {
    case compressions.gzip:
      return tooLargeOr(() => unpackGzip(bytes, most));
    case compressions.snappy:
      return atOnce(decompressSnappy(bytes, most));
    case compressions.lz4:
      return atOnce(decompressLz4(bytes, most, leniency));
    case compressions.zstd:
      return tooLargeOr(() => atOnce(unpackZstd(bytes, most, zlibLimits)));
    default:
      throw new Error(`No compression ${compression}.`);
  }
}

/** The same for whoever must not be kept waiting: what takes long is done by another thread, or a part at a time. */
export async function decompressBeside(
  compression: number,
  bytes: Buffer,
  most: number,
  leniency?: Lz4Leniency,
): Promise<Buffer> {
  if (compression === compressions.snappy) return inTurns(decompressSnappy(bytes, most));
  if (compression === compressions.lz4) return inTurns(decompressLz4(bytes, most, leniency));
  if (bytes.length < longWork) {
    try {
      const quick = Math.min(most, quickWork);
      if (compression !== compressions.zstd) return decompress(compression, bytes, quick);
      return await inTurns(unpackZstd(bytes, quick, zlibLimits));
    } catch (error) {
      const isTooLarge = sayTooLarge(error) instanceof TooLargeError;
      if (!isTooLarge || most <= quickWork) throw sayTooLarge(error);
    }
  }
  try {
    return compression === compressions.gzip
      ? await unpackGzipBeside(bytes, most)
      : await unpackZstdBeside(bytes, most, zlibLimits);
  } catch (error) {
    throw sayTooLarge(error);
  }
}

function unpackGzip(bytes: Buffer, most: number): Buffer {
  try {
    return zlib.gunzipSync(bytes, zlibLimits(bytes.length, most));
  } catch (error) {
    const members = isNoHead(error) ? membersOnly(bytes, most) : null;
    if (!members) throw error;
    return zlib.gunzipSync(members, zlibLimits(bytes.length, most));
  }
}

async function unpackGzipBeside(bytes: Buffer, most: number): Promise<Buffer> {
  const unpack = promisify(zlib.gunzip);
  try {
    return await unpack(bytes, zlibLimits(bytes.length, most));
  } catch (error) {
    const members = isNoHead(error) ? membersOnly(bytes, most) : null;
    if (!members) throw error;
    return await unpack(members, zlibLimits(bytes.length, most));
  }
}

/** What should be the next member is something else. */
function isNoHead(error: unknown): boolean {
  return (error as Error).message === 'incorrect header check';
}

/** Node's own steps of 16 KiB are small: with larger ones the same takes half the time, or a fifth. */
function zlibLimits(packed: number, most: number) {
  const chunkSize = Math.min(1024 * kibibyte, Math.max(16 * kibibyte, 4 * packed));
  return {maxOutputLength: most, chunkSize};
}

function tooLargeOr<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw sayTooLarge(error);
  }
}

function sayTooLarge(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? new TooLargeError() : error;
}
