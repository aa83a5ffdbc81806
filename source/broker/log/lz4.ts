import {TooLargeError} from './too-large.ts';
import {Window} from './window.ts';

const magic = 0x184d_2204;
const flags = {version: 0xc0, independent: 0x20, blockChecksum: 0x10, contentSize: 0x08, dictionary: 0x01};
const versionOne = 0x40;
const plainBit = 0x8000_0000;
const blockSizes: Readonly<Record<number, number>> = {4: 65_536, 5: 262_144, 6: 1_048_576, 7: 4_194_304};
const smallestMatch = 4;
/** A byte of a block can stand for that many. */
const largestRatio = 255;

/**
 * One frame of LZ4, as Java's clients and librdkafka write it: blocks that do not depend on each other. Throws where the bytes are
 * none; checksums inside the frame are not looked at, since the batch has its own.
 */
export function decompressLz4(bytes: Buffer, most: number): Buffer {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== magic) throw new Error('That is no LZ4 frame.');
  const descriptor = bytes[4]!;
  if ((descriptor & flags.version) !== versionOne) throw new Error('An LZ4 frame of an unknown version.');
  if (!(descriptor & flags.independent)) throw new Error('LZ4 blocks that depend on each other.');
  const blockSize = blockSizes[(bytes[5]! >>> 4) & 7];
  if (!blockSize) throw new Error('An LZ4 frame without a size of its blocks.');
  let at = 7 + (descriptor & flags.contentSize ? 8 : 0) + (descriptor & flags.dictionary ? 4 : 0);
  const blocks: Buffer[] = [];
  let left = most;
  for (;;) {
    const word = bytes.readUInt32LE(at);
    at += 4;
    if (word === 0) return Buffer.concat(blocks);
    const size = word % plainBit;
    if (size > blockSize || at + size > bytes.length) throw new Error('An LZ4 block is cut off.');
    const held = bytes.subarray(at, at + size);
    const plain = word >= plainBit ? held : block(held, Math.min(blockSize, size * largestRatio));
    left -= plain.length;
    if (left < 0) throw new TooLargeError();
    blocks.push(plain);
    at += size + (descriptor & flags.blockChecksum ? 4 : 0);
  }
}

/** Sequences of literals and a copy; the last one has literals only. */
function block(bytes: Buffer, most: number): Buffer {
  const window = new Window(most);
  let at = 0;
  const byte = () => {
    if (at >= bytes.length) throw new Error('An LZ4 block is cut off.');
    return bytes[at++]!;
  };
  const length = (short: number) => {
    let count = short;
    if (short === 15) for (let more = 255; more === 255; count += more) more = byte();
    return count;
  };
  while (at < bytes.length) {
    const token = byte();
    const literals = length(token >>> 4);
    window.literal(bytes, at, literals);
    at += literals;
    if (at === bytes.length) break;
    const distance = byte() + 256 * byte();
    window.repeat(distance, length(token & 15) + smallestMatch);
  }
  return window.bytes.subarray(0, window.length);
}
