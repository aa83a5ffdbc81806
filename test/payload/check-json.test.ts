import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {checkJson} from '../../source/payload/check-json.ts';

describe('checking JSON', () => {
  it.each([
    ['{"a": 1,}', 1, 9],
    ['{"a": 1\n "b": 2}', 2, 2],
    ["{'a': 1}", 1, 2],
    ['[1, 2', 1, 6],
    ['{"a": 01}', 1, 8],
    ['{"ä": tru}', 1, 7],
    ['', 1, 1],
    ['{"a": "b\nc"}', 1, 7],
  ])('says where %j breaks', (text, line, column) => {
    expect(checkJson(text)).toMatchObject({valid: false, line, column});
  });

  it('accepts what JavaScript cannot hold, for it is never parsed and written again', () => {
    expect(checkJson('{"n": 9007199254740993, "n": 1e400}')).toEqual({valid: true});
  });

  it('survives nesting of 100,000', () => {
    expect(checkJson('['.repeat(100_000)).valid).toBe(false);
  });

  it('gives the verdict of JSON.parse for any text', () => {
    const mutated = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom(',', '}', '"', '\\', '1', ' ', '/', '\n'))
      .map(
        ([text, at, piece]) =>
          text.slice(0, at % (text.length + 1)) + piece + text.slice(at % (text.length + 1)),
      );
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), mutated), text => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        const check = checkJson(text);
        expect(check.valid).toBe(valid);
        if (!check.valid) expect(check.reason).not.toBe('');
      }),
      {seed: 11, numRuns: 3000},
    );
  });
});
