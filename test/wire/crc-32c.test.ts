import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {crc32c} from '../../source/wire/crc-32c.ts';

/** Bit by bit, as the polynomial says. */
function plainly(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

describe('CRC-32C', () => {
  it('has the values that RFC 3720 (B.4) gives', () => {
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a91_36aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8_ab43);
    expect(crc32c(Buffer.from(Array.from({length: 32}, (_, at) => at)))).toBe(0x46dd_794e);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe306_9283);
  });

  it('is the same of any part at any place', () => {
    const part = fc.tuple(fc.uint8Array({maxLength: 200}), fc.nat(20), fc.nat(20));
    fc.assert(
      fc.property(part, ([bytes, before, behind]) => {
        const within = Buffer.concat([Buffer.alloc(before, 7), bytes, Buffer.alloc(behind, 9)]);
        expect(crc32c(within, before, before + bytes.length)).toBe(plainly(bytes));
      }),
    );
  });

  it('goes on behind what fits into one step', () => {
    const bytes = Buffer.from(Array.from({length: 70_001}, (_, at) => (at * at) % 251));
    expect(crc32c(bytes, 1)).toBe(plainly(bytes.subarray(1)));
  });
});
