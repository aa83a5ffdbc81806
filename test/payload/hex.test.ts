import {describe, expect, it} from 'vitest';
import {hexLineCount, hexLines} from '../../source/payload/hex.ts';
import {cpuTime} from '../support/cpu-time.ts';

describe('a hex dump', () => {
  it('shows bytes and what they are in ASCII, in lines of equal width', () => {
    const bytes = Buffer.from('{"type":"email"}\u001b[31m\u00ff\n');
    expect(hexLines(bytes, {count: 10})).toEqual([
      '00000000  7b 22 74 79 70 65 22 3a 22 65 6d 61 69 6c 22 7d  |{"type":"email"}|',
      '00000010  1b 5b 33 31 6d c3 bf 0a                          |.[31m...|        ',
    ]);
  });

  it('writes only the lines that are asked for', () => {
    const bytes = new Uint8Array(50_000_000).fill(0x41);
    const start = cpuTime();
    const lines = hexLines(bytes, {first: 3_000_000, count: 40});
    expect(cpuTime() - start).toBeLessThan(150);
    expect(lines).toHaveLength(40);
    expect(lines[0]).toMatch(/^02dc6c00 {2}41 /);
    expect(hexLineCount(bytes)).toBe(3_125_000);
    expect(hexLines(bytes, {first: 3_124_999, count: 40})).toHaveLength(1);
    expect(hexLines(bytes, {first: 4_000_000, count: 40})).toEqual([]);
  });

  it('has no line for no bytes, and takes fewer bytes a line where there is little room', () => {
    expect(hexLines(new Uint8Array(0), {count: 5})).toEqual([]);
    expect(hexLines(Buffer.from('abcdefghij'), {count: 5, perLine: 8})).toEqual([
      '00000000  61 62 63 64 65 66 67 68  |abcdefgh|',
      '00000008  69 6a                    |ij|      ',
    ]);
  });
});
