import {copyLiteral, Output, repeatBytes} from './output.ts';
import {TooLargeError} from './too-large.ts';
import type {Work} from './work.ts';

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const xerialHeader = 16;
/** A copy of three bytes stands for 64 at most: what claims more is refused before anything is allocated. */
const largestRatio = 32;
/** Bytes that are written before somebody else may have a turn. */
const piece = 1024 * 1024;

/**
 * Java clients frame snappy in blocks (xerial: magic, two versions, then length and block, again and again); librdkafka writes
 * one raw block. Throws a TooLargeError beyond `most` bytes, or an error where the bytes are neither.
 */
export function* decompressSnappy(bytes: Buffer, most: number): Work<Buffer> {
  const output = new Output(0, most);
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) {
    yield* readBlock(bytes, 0, bytes.length, output);
    return output.taken();
  }
  if (bytes.length < xerialHeader) throw cutOff();
  for (let at = xerialHeader; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw cutOff();
    const size = bytes.readInt32BE(at);
    at += 4;
    if (size < 0 || size > bytes.length - at) throw cutOff();
    yield* readBlock(bytes, at, at + size, output);
    at += size;
  }
  return output.taken();
}

/** The raw format: the length of the result, then literals and copies. */
function* readBlock(bytes: Buffer, begin: number, end: number, output: Output): Work<void> {
  const {size, behind} = lengthAt(bytes, begin, end);
  if (size > output.left) throw new TooLargeError();
  if (size > (end - begin) * largestRatio) throw wrongLength();
  output.reserve(size);
  const floor = output.length;
  for (let at = behind; at < end; ) {
    at = readPiece(bytes, at, end, output, floor, floor + size);
    yield;
  }
  if (output.length !== floor + size) throw wrongLength();
}

/** Goes on for about one piece. Answers where it stopped. Written flat, since it runs for each few bytes. */
function readPiece(
  bytes: Buffer,
  begin: number,
  end: number,
  output: Output,
  floor: number,
  limit: number,
): number {
  const out = output.bytes;
  let to = output.length;
  let at = begin;
  const enough = to + piece;
  while (at < end && to < enough) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let count = (tag >>> 2) + 1;
      if (count > 60) {
        const width = count - 60;
        if (at + width > end) throw cutOff();
        count = bytes.readUIntLE(at, width) + 1;
        at += width;
      }
      if (count > end - at) throw cutOff();
      if (count > limit - to) throw wrongLength();
      to = copyLiteral(bytes, at, out, to, count);
      at += count;
      continue;
    }
    let distance: number;
    let count = (tag >>> 2) + 1;
    if (kind === 1) {
      if (at + 1 > end) throw cutOff();
      distance = ((tag >>> 5) << 8) | bytes[at]!;
      count = ((tag >>> 2) & 7) + 4;
      at++;
    } else if (kind === 2) {
      if (at + 2 > end) throw cutOff();
      distance = bytes[at]! | (bytes[at + 1]! << 8);
      at += 2;
    } else {
      if (at + 4 > end) throw cutOff();
      distance = bytes.readUInt32LE(at);
      at += 4;
    }
    if (distance === 0 || distance > to - floor)
      throw new Error('A snappy block refers to what is not there.');
    if (count > limit - to) throw wrongLength();
    to = repeatBytes(out, to, distance, count);
  }
  output.length = to;
  return at;
}

/** The length that the result claims to have, in groups of seven bits. */
function lengthAt(bytes: Buffer, begin: number, end: number): {size: number; behind: number} {
  let size = 0;
  for (let group = 0; group < 5; group++) {
    if (begin + group >= end) throw cutOff();
    const part = bytes[begin + group]!;
    size += (part & 0x7f) * 2 ** (7 * group);
    if (part < 0x80) return {size, behind: begin + group + 1};
  }
  throw new Error('A snappy block has no length.');
}

function wrongLength(): Error {
  return new Error('A snappy block does not have the length it claims.');
}

function cutOff(): Error {
  return new Error('A snappy block is cut off.');
}
