import {TooLargeError} from './too-large.ts';
import {Window} from './window.ts';

const magic = 0x184d_2204;
const flags = {
  version: 0xc0,
  independent: 0x20,
  blockChecksum: 0x10,
  contentSize: 0x08,
  contentChecksum: 0x04,
  dictionary: 0x01,
};
const versionOne = 0x40;
const plainBit = 0x8000_0000;
const blockSizes: Readonly<Record<number, number>> = {4: 65_536, 5: 262_144, 6: 1_048_576, 7: 4_194_304};
const smallestMatch = 4;
/** A byte of a block can stand for that many. */
const largestRatio = 255;

/**
 * Frames of LZ4, one behind the other, of `most` bytes together. Throws where the bytes are none, or do not hold what they claim;
 * checksums inside a frame are not looked at, since the batch has its own. Blocks that refer back to the ones before
 * them are read with `linked` only: librdkafka reads them, Java's clients and Kafka do not.
 */
export function decompressLz4(bytes: Buffer, most: number, {linked = false} = {}): Buffer {
  const plains: Buffer[] = [];
  let left = most;
  let at = 0;
  do {
    const frame = readFrame(bytes, at, left, linked);
    plains.push(frame.plain);
    left -= frame.plain.length;
    at = frame.end;
  } while (at < bytes.length);
  return plains.length === 1 ? plains[0]! : Buffer.concat(plains);
}

function readFrame(
  bytes: Buffer,
  start: number,
  most: number,
  linked: boolean,
): {plain: Buffer; end: number} {
  const head = readHead(bytes, start);
  if (head.isLinked && !linked) throw new Error('LZ4 blocks that depend on each other.');
  if (head.contentSize !== null && head.contentSize > most) throw new TooLargeError();
  const blocks: Buffer[] = [];
  const window = head.isLinked ? new Window(mostOf(bytes.length - head.end, most)) : null;
  let length = 0;
  let at = head.end;
  for (;;) {
    if (at + 4 > bytes.length) throw new Error('An LZ4 frame is cut off.');
    const word = bytes.readUInt32LE(at);
    at += 4;
    if (word === 0) break;
    const size = word % plainBit;
    if (size > head.blockSize || at + size > bytes.length) throw new Error('An LZ4 block is cut off.');
    const held = bytes.subarray(at, at + size);
    const before = length;
    if (window) {
      if (word >= plainBit) window.literal(held, 0, size);
      else readBlock(held, window);
      length = window.length;
    } else {
      const plain = word >= plainBit ? held : readAlone(held, Math.min(head.blockSize, size * largestRatio));
      blocks.push(plain);
      length += plain.length;
    }
    if (length - before > head.blockSize) throw new Error('An LZ4 block is larger than it may be.');
    if (length > most) throw new TooLargeError();
    at += size + (head.hasBlockChecksums ? 4 : 0);
  }
  if (head.contentSize !== null && head.contentSize !== length)
    throw new Error('An LZ4 frame does not have the length it claims.');
  const plain = window ? window.bytes.subarray(0, length) : Buffer.concat(blocks);
  return {plain, end: at + (head.hasContentChecksum ? 4 : 0)};
}

function readHead(bytes: Buffer, start: number) {
  if (bytes.length < start + 7 || bytes.readUInt32LE(start) !== magic)
    throw new Error('That is no LZ4 frame.');
  const descriptor = bytes[start + 4]!;
  if ((descriptor & flags.version) !== versionOne) throw new Error('An LZ4 frame of an unknown version.');
  const blockSize = blockSizes[(bytes[start + 5]! >>> 4) & 7];
  if (!blockSize) throw new Error('An LZ4 frame without a size of its blocks.');
  const hasSize = (descriptor & flags.contentSize) !== 0;
  const end = start + 7 + (hasSize ? 8 : 0) + (descriptor & flags.dictionary ? 4 : 0);
  if (end > bytes.length) throw new Error('An LZ4 frame is cut off.');
  return {
    blockSize,
    contentSize: hasSize ? Number(bytes.readBigUInt64LE(start + 6)) : null,
    isLinked: (descriptor & flags.independent) === 0,
    hasBlockChecksums: (descriptor & flags.blockChecksum) !== 0,
    hasContentChecksum: (descriptor & flags.contentChecksum) !== 0,
    end,
  };
}

/** What so many bytes can stand for at most. */
function mostOf(packed: number, most: number): number {
  return Math.min(most, packed * largestRatio);
}

function readAlone(bytes: Buffer, most: number): Buffer {
  const window = new Window(most);
  readBlock(bytes, window);
  return window.bytes.subarray(0, window.length);
}

/** Sequences of literals and a copy; the last one has literals only. Written flat, since it runs for each few bytes. */
function readBlock(bytes: Buffer, window: Window): void {
  const end = bytes.length;
  let at = 0;
  while (at < end) {
    const token = bytes[at++]!;
    let literals = token >>> 4;
    if (literals === 15) {
      let more: number;
      do {
        if (at >= end) throw cutOff();
        more = bytes[at++]!;
        literals += more;
      } while (more === 255);
    }
    window.literal(bytes, at, literals);
    at += literals;
    if (at === end) return;
    if (at + 2 > end) throw cutOff();
    const distance = bytes[at]! + 256 * bytes[at + 1]!;
    at += 2;
    let count = token & 15;
    if (count === 15) {
      let more: number;
      do {
        if (at >= end) throw cutOff();
        more = bytes[at++]!;
        count += more;
      } while (more === 255);
    }
    window.repeat(distance, count + smallestMatch);
  }
}

function cutOff(): Error {
  return new Error('An LZ4 block is cut off.');
}
