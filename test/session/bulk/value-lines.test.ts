import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {lineCheck} from '../../../source/session/bulk/bulk-items.ts';
import {checkLines, valueLines} from '../../../source/session/bulk/value-lines.ts';

const checked = {raw: false, expands: false};

async function linesOf(chunks: readonly Uint8Array[]) {
  const lines: [number, string][] = [];
  for await (const {line, bytes} of valueLines(chunks)) lines.push([line, bytes.toString('latin1')]);
  return lines;
}

describe('a file of lines', () => {
  it('is read the same whatever pieces it comes in; empty lines count, but are no values', async () => {
    const text = fc.array(fc.constantFrom('a', 'é', '\n', '\r', '{', ' '), {maxLength: 40});
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(8)), async (characters, cuts) => {
        const whole = Buffer.from(characters.join(''));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(whole.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(whole.subarray(at));
        const expected = whole
          .toString('latin1')
          .split('\n')
          .map((line, index): [number, string] => [index + 1, line.replace(/\r+$/, '')])
          .filter(([, line]) => line !== '');
        expect(await linesOf(chunks)).toEqual(expected);
      }),
      {seed: 5},
    );
  });

  it('tells every line that is no JSON by line and column', async () => {
    const file = Buffer.concat([
      Buffer.from('{"a": 1}\n{"b":}\n\n'),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('{"n": {{seq}}}\r\n'),
    ]);
    expect(await checkLines([file], lineCheck(checked))).toEqual({
      lines: 4,
      problemCount: 3,
      problems: [
        {line: 2, column: 6, reason: 'expected a value'},
        {line: 4, column: 1, reason: 'it is not UTF-8'},
        {line: 5, column: 8, reason: expect.any(String)},
      ],
    });
    const filled = await checkLines([file], lineCheck({...checked, expands: true}));
    expect(filled.problems.map(({line}) => line)).toEqual([2, 4]);
    expect(await checkLines([file], lineCheck({...checked, raw: true}))).toMatchObject({problemCount: 0});
  });

  it('keeps the first of many problems and counts them all', async () => {
    const {problems, problemCount} = await checkLines([Buffer.from('no\n'.repeat(500))], lineCheck(checked));
    expect([problems.length, problemCount]).toEqual([100, 500]);
  });

  it('refuses a line that is no message, before it fills the memory', async () => {
    function* endless() {
      for (;;) yield Buffer.alloc(1024 * 1024, 0x20);
    }
    await expect(checkLines(endless(), () => null)).rejects.toThrow('line 1 has more than');
  });
});
