import {copyLiteral, Output, repeatBytes} from './output.ts';
import {TooLargeError} from './too-large.ts';
import type {Work} from './work.ts';
import {xxh32} from './xxh-32.ts';

const magic = 0x184d_2204;
const flags = {
  version: 0xc0,
  independent: 0x20,
  blockChecksum: 0x10,
  contentSize: 0x08,
  contentChecksum: 0x04,
  reserved: 0x02,
  dictionary: 0x01,
};
const versionOne = 0x40;
const plainBit = 0x8000_0000;
const blockSizes: Readonly<Record<number, number>> = {4: 65_536, 5: 262_144, 6: 1_048_576, 7: 4_194_304};
/** Where the descriptor of a frame begins, which its head's checksum is of. */
const descriptorAt = 4;
const smallestMatch = 4;
/** A byte of a block can stand for that many. */
const largestRatio = 255;
/** What text is packed to, more or less: so much room is made first. */
const likelyRatio = 4;

export type Lz4Leniency = {
  /** Blocks that refer back to the ones before them: librdkafka reads them, Java's clients and Kafka do not. */
  readonly linked?: boolean;
  /** The checksum of a frame's head is not looked at: clients of before Kafka 0.10 calculated it wrong (KAFKA-3160). */
  readonly anyHeadChecksum?: boolean;
};

type Head = {
  readonly blockSize: number;
  readonly contentSize: number | null;
  readonly isLinked: boolean;
  readonly hasBlockChecksums: boolean;
  readonly hasContentChecksum: boolean;
  /** Where the first block begins. */
  readonly end: number;
};

/**
 * Frames of LZ4, one behind the other, of `most` bytes together. Throws a TooLargeError, or an error where the bytes are
 * no frames, are cut off, or do not hold what their sizes and checksums claim.
 */
export function* decompressLz4(bytes: Buffer, most: number, leniency: Lz4Leniency = {}): Work<Buffer> {
  const output = new Output(bytes.length * likelyRatio, most);
  let at = 0;
  do at = yield* readFrame(bytes, at, output, leniency);
  while (at < bytes.length);
  return output.taken();
}

/** Answers where the frame ends. */
function* readFrame(
  bytes: Buffer,
  start: number,
  output: Output,
  {linked = false, anyHeadChecksum = false}: Lz4Leniency,
): Work<number> {
  const head = readHead(bytes, start, anyHeadChecksum);
  if (head.isLinked && !linked) throw new Error('LZ4 blocks that depend on each other.');
  if (head.contentSize !== null && head.contentSize > output.left) throw new TooLargeError();
  const begin = output.length;
  let at = head.end;
  for (;;) {
    const word = uint32(bytes, at);
    at += 4;
    if (word === 0) break;
    const end = at + (word % plainBit);
    if (end - at > head.blockSize || end > bytes.length) throw cutOff();
    const floor = head.isLinked ? begin : output.length;
    if (word >= plainBit) passPlain(bytes, at, end, output);
    else unpack(bytes, at, end, output, floor, head.blockSize);
    if (head.hasBlockChecksums) checkSum(bytes, end, xxh32(bytes, at, end));
    at = end + (head.hasBlockChecksums ? 4 : 0);
    yield;
  }
  if (head.contentSize !== null && head.contentSize !== output.length - begin)
    throw new Error('An LZ4 frame does not have the length it claims.');
  if (!head.hasContentChecksum) return at;
  checkSum(bytes, at, xxh32(output.bytes, begin, output.length));
  return at + 4;
}

function readHead(bytes: Buffer, start: number, anyHeadChecksum: boolean): Head {
  if (uint32(bytes, start) !== magic) throw new Error('That is no LZ4 frame.');
  if (start + 7 > bytes.length) throw cutOff();
  const descriptor = bytes[start + descriptorAt]!;
  if ((descriptor & flags.version) !== versionOne) throw new Error('An LZ4 frame of an unknown version.');
  if (descriptor & flags.reserved) throw new Error('An LZ4 frame with a flag that nobody knows.');
  const blockSize = blockSizes[bytes[start + descriptorAt + 1]! >>> 4];
  if (!blockSize) throw new Error('An LZ4 frame without a size of its blocks.');
  const hasSize = (descriptor & flags.contentSize) !== 0;
  const checksumAt = start + descriptorAt + 2 + (hasSize ? 8 : 0) + (descriptor & flags.dictionary ? 4 : 0);
  if (checksumAt >= bytes.length) throw cutOff();
  const checksum = (xxh32(bytes, start + descriptorAt, checksumAt) >>> 8) & 0xff;
  if (!anyHeadChecksum && checksum !== bytes[checksumAt]) throw wrongChecksum();
  return {
    blockSize,
    contentSize: hasSize ? Number(bytes.readBigUInt64LE(start + descriptorAt + 2)) : null,
    isLinked: (descriptor & flags.independent) === 0,
    hasBlockChecksums: (descriptor & flags.blockChecksum) !== 0,
    hasContentChecksum: (descriptor & flags.contentChecksum) !== 0,
    end: checksumAt + 1,
  };
}

function passPlain(bytes: Buffer, begin: number, end: number, output: Output): void {
  output.reserve(end - begin);
  output.length = copyLiteral(bytes, begin, output.bytes, output.length, end - begin);
}

/**
 * One block: sequences of literals and a copy; the last one has literals only. Written flat, since it runs for each few
 * bytes. `floor`: copies do not reach below it.
 */
function unpack(
  bytes: Buffer,
  begin: number,
  end: number,
  output: Output,
  floor: number,
  blockSize: number,
): void {
  output.reserve(Math.min(blockSize, (end - begin) * largestRatio, output.left));
  const out = output.bytes;
  const limit = Math.min(out.length, output.length + blockSize);
  let to = output.length;
  let at = begin;
  for (;;) {
    if (at >= end) throw cutOff();
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
    if (literals > end - at) throw cutOff();
    if (literals > limit - to) throw tooMuch(output, blockSize);
    to = copyLiteral(bytes, at, out, to, literals);
    at += literals;
    if (at === end) break;
    if (at + 2 > end) throw cutOff();
    const distance = bytes[at]! | (bytes[at + 1]! << 8);
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
    count += smallestMatch;
    if (distance === 0 || distance > to - floor) throw new Error('An LZ4 block refers to what is not there.');
    if (count > limit - to) throw tooMuch(output, blockSize);
    to = repeatBytes(out, to, distance, count);
  }
  output.length = to;
}

function tooMuch(output: Output, blockSize: number): Error {
  return output.left < blockSize ? new TooLargeError() : new Error('An LZ4 block is larger than it may be.');
}

function checkSum(bytes: Buffer, at: number, calculated: number): void {
  if (uint32(bytes, at) !== calculated) throw wrongChecksum();
}

function uint32(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw cutOff();
  return bytes.readUInt32LE(at);
}

function wrongChecksum(): Error {
  return new Error('A checksum of an LZ4 frame is wrong.');
}

function cutOff(): Error {
  return new Error('An LZ4 frame is cut off.');
}
