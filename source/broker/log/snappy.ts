import {TooLargeError} from './too-large.ts';
import {Window} from './window.ts';

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const xerialHeader = 16;

/**
 * Java clients frame snappy in blocks (xerial: magic, two versions, then length and block, again and again); librdkafka writes
 * one raw block. Throws where the bytes are neither.
 */
export function decompressSnappy(bytes: Buffer, most: number): Buffer {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) return block(bytes, most);
  const blocks: Buffer[] = [];
  let left = most;
  for (let at = xerialHeader; at < bytes.length; ) {
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

/** The raw format: the length of the result, then literals and copies. */
function block(bytes: Buffer, most: number): Buffer {
  let at = 0;
  const byte = () => {
    if (at >= bytes.length) throw new Error('A snappy block is cut off.');
    return bytes[at++]!;
  };
  const number = (size: number) => {
    let value = 0;
    for (let index = 0; index < size; index++) value += byte() * 2 ** (8 * index);
    return value;
  };
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    if (shift > 28) throw new Error('A snappy block has no length.');
    const part = byte();
    size += (part & 0x7f) * 2 ** shift;
    if (part < 0x80) break;
  }
  if (size > most) throw new TooLargeError();
  const window = new Window(size);
  while (at < bytes.length) {
    const tag = byte();
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >>> 2;
      const count = (short < 60 ? short : number(short - 59)) + 1;
      window.literal(bytes, at, count);
      at += count;
    } else if (kind === 1) {
      window.repeat(((tag >>> 5) << 8) + byte(), ((tag >>> 2) & 7) + 4);
    } else {
      window.repeat(number(kind === 2 ? 2 : 4), (tag >>> 2) + 1);
    }
  }
  if (window.length !== size) throw new Error('A snappy block does not have the length it claims.');
  return window.bytes;
}
