import {TooLargeError} from './too-large.ts';
import {Window} from './window.ts';

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const xerialHeader = 16;
/** A copy of three bytes stands for 64 at most: what claims more is refused before anything is allocated. */
const largestRatio = 32;

/**
 * Java clients frame snappy in blocks (xerial: magic, two versions, then length and block, again and again); librdkafka writes
 * one raw block. Throws where the bytes are neither.
 */
export function decompressSnappy(bytes: Buffer, most: number): Buffer {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) return block(bytes, most);
  const blocks: Buffer[] = [];
  let left = most;
  for (let at = xerialHeader; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw cutOff();
    const size = bytes.readInt32BE(at);
    at += 4;
    if (size < 0 || at + size > bytes.length) throw new Error('A snappy block is cut off.');
    const plain = block(bytes.subarray(at, at + size), left);
    blocks.push(plain);
    left -= plain.length;
    at += size;
  }
  return Buffer.concat(blocks);
}

/** The raw format: the length of the result, then literals and copies. Written flat, since it runs for each few bytes. */
function block(bytes: Buffer, most: number): Buffer {
  const end = bytes.length;
  const {size, begin} = lengthOf(bytes);
  if (size > most) throw new TooLargeError();
  if (size > end * largestRatio) throw new Error('A snappy block does not have the length it claims.');
  const window = new Window(size);
  let at = begin;
  while (at < end) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let count = tag >>> 2;
      if (count >= 60) {
        const width = count - 59;
        if (at + width > end) throw cutOff();
        count = bytes.readUIntLE(at, width);
        at += width;
      }
      window.literal(bytes, at, count + 1);
      at += count + 1;
      continue;
    }
    const width = kind === 1 ? 1 : kind === 2 ? 2 : 4;
    if (at + width > end) throw cutOff();
    if (kind === 1) window.repeat(((tag >>> 5) << 8) + bytes[at]!, ((tag >>> 2) & 7) + 4);
    else if (kind === 2) window.repeat(bytes[at]! + 256 * bytes[at + 1]!, (tag >>> 2) + 1);
    else window.repeat(bytes.readUInt32LE(at), (tag >>> 2) + 1);
    at += width;
  }
  if (window.length !== size) throw new Error('A snappy block does not have the length it claims.');
  return window.bytes;
}

/** The length that the result claims to have, in groups of seven bits. */
function lengthOf(bytes: Buffer): {size: number; begin: number} {
  let size = 0;
  for (let index = 0; index < 5; index++) {
    if (index >= bytes.length) throw cutOff();
    const part = bytes[index]!;
    size += (part & 0x7f) * 2 ** (7 * index);
    if (part < 0x80) return {size, begin: index + 1};
  }
  throw new Error('A snappy block has no length.');
}

function cutOff(): Error {
  return new Error('A snappy block is cut off.');
}
