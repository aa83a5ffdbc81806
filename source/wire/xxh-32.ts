const prime1 = 0x9e37_79b1 | 0;
const prime2 = 0x85eb_ca77 | 0;
const prime3 = 0xc2b2_ae3d | 0;
const prime4 = 0x27d4_eb2f;
const prime5 = 0x1656_67b1;

/** XXH32 with seed 0 of `bytes` from `from` to `to`, which LZ4 frames are checked by. Unsigned. */
export function xxh32(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const size = to - from;
  let at = from;
  let hash = prime5;
  if (size >= 16) {
    let first = (prime1 + prime2) | 0;
    let second = prime2;
    let third = 0;
    let fourth = -prime1 | 0;
    for (; at + 16 <= to; at += 16) {
      first = round(first, word(bytes, at));
      second = round(second, word(bytes, at + 4));
      third = round(third, word(bytes, at + 8));
      fourth = round(fourth, word(bytes, at + 12));
    }
    hash = (turned(first, 1) + turned(second, 7) + turned(third, 12) + turned(fourth, 18)) | 0;
  }
  hash = (hash + size) | 0;
  for (; at + 4 <= to; at += 4)
    hash = Math.imul(turned((hash + Math.imul(word(bytes, at), prime3)) | 0, 17), prime4);
  for (; at < to; at++) hash = Math.imul(turned((hash + Math.imul(bytes[at]!, prime5)) | 0, 11), prime1);
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function round(lane: number, value: number): number {
  return Math.imul(turned((lane + Math.imul(value, prime2)) | 0, 13), prime1);
}

function turned(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
