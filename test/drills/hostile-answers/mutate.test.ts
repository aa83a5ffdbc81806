import {describe, expect, it} from 'vitest';
import {mutated, mutatedRecords} from './mutate.ts';
import {wrongTexts} from './watched-program.ts';

const frame = Buffer.concat([Buffer.from([0, 0, 0, 68, 0, 0, 0, 7]), Buffer.alloc(64, 'answer')]);
const numbers = Array.from({length: 2000}, (_, seed) => seed);

describe('mutated answers', () => {
  it('are the same for the same seed, and leave the answer itself as it was', () => {
    const before = Buffer.from(frame);
    const told = () => numbers.map(seed => JSON.stringify(mutated(frame, seed))).join('\n');
    const first = told();
    expect(told() === first).toBe(true);
    expect(frame).toEqual(before);
  });

  it('are of all kinds, and nearly all of them are another answer', () => {
    const all = numbers.map(seed => mutated(frame, seed));
    const kinds = new Set(all.map(({what}) => what.replace(/ (at|to|by) .*| -?\d.*/, '')));
    expect(kinds.size).toBe(17);
    const same = all.filter(({bytes}) => bytes.length === 1 && bytes[0]!.equals(frame));
    expect(same.length).toBeLessThan(100);
  });

  it('of records leave alone what no checksum covers', () => {
    const records = Buffer.alloc(200, 1);
    const touched = numbers.filter(seed => {
      const changed = mutatedRecords(records, seed).records.subarray(0, 16);
      return !changed.equals(records.subarray(0, changed.length));
    });
    expect(touched).toEqual([]);
  });
});

describe('what a program says', () => {
  it.each([
    ['a stack trace', 'RangeError: no\n    at Decoder.readInt32 (file:///dist/chunk.js:1433:33)\n'],
    ['an error of Node', '{"reason":"The value of \\"offset\\" is out of range."}'],
    ['a defect', 'Something went wrong that should not: x'],
    ['a warning', '(node:7) MaxListenersExceededWarning: Possible leak'],
  ])('is wrong where it is %s', (_, text) => {
    expect(wrongTexts('stderr', `first\n${text}`)).toHaveLength(1);
  });

  it('is right where it is a sentence', () => {
    const text =
      '127.0.0.1:9092 answers, but not as a Kafka broker does: the answer counts 7 items, with 3 bytes left.\n';
    expect(wrongTexts('stderr', text)).toEqual([]);
  });
});
