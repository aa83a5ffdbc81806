import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {lineCheck} from '../../../source/session/bulk/bulk-items.ts';
import {checkLines, sayPlace, valuesAsTheyCome} from '../../../source/session/bulk/value-lines.ts';

const checked = {raw: false, expands: false};

async function linesOf(chunks: readonly Uint8Array[], raw: boolean) {
  const lines: [number, string][] = [];
  for await (const values of valuesAsTheyCome(chunks, {raw}))
    lines.push(...values.map(({line, bytes}): [number, string] => [line, bytes.toString('latin1')]));
  return lines;
}

describe('a file of lines', () => {
  it('is read the same whatever pieces it comes in: raw every byte between line feeds, else without a carriage return', async () => {
    const text = fc.array(fc.constantFrom('a', 'é', '\n', '\r', '{', ' '), {maxLength: 40});
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(8)), fc.boolean(), async (characters, cuts, raw) => {
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
          .replace(/\n$/, '')
          .split('\n')
          .map((line, index): [number, string] => [index + 1, raw ? line : line.replace(/\r$/, '')])
          .filter(([, line]) => (raw ? whole.length > 0 : line !== ''));
        expect(await linesOf(chunks, raw)).toEqual(expected);
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
    expect(await checkLines([file], checked, lineCheck(checked))).toEqual({
      lines: 4,
      problemCount: 3,
      problems: [
        {line: 2, column: 6, reason: 'expected a value'},
        {
          line: 4,
          column: 1,
          byteOffset: 17,
          reason: 'it is not UTF-8: the byte 0xFF is not part of a character',
        },
        {line: 5, column: 8, reason: expect.any(String)},
      ],
    });
    const filled = await checkLines([file], checked, lineCheck({...checked, expands: true}));
    expect(filled.problems.map(({line}) => line)).toEqual([2, 4]);
    const raw = {...checked, raw: true};
    expect(await checkLines([file], raw, lineCheck(raw))).toMatchObject({lines: 5, problemCount: 0});
  });

  it('tells the place in the whole file of bytes that are wrong, a byte order mark among them', async () => {
    const file = Buffer.concat([
      Buffer.from('\uFEFF{}\n{"é": "'),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from('"}'),
    ]);
    const {problems} = await checkLines([file], checked, lineCheck(checked));
    expect(problems.map(each => `${sayPlace(each)} ${each.reason}`)).toEqual([
      expect.stringMatching(/^1:1 \(byte offset 0\) a byte order mark/),
      '2:8 (byte offset 14) it is not UTF-8: the byte 0xED is not part of a character',
    ]);
  });

  it('keeps the first of many problems and counts them all', async () => {
    const {problems, problemCount} = await checkLines(
      [Buffer.from('no\n'.repeat(500))],
      checked,
      lineCheck(checked),
    );
    expect([problems.length, problemCount]).toEqual([100, 500]);
  });

  it('refuses a line that is no message, before it fills the memory', async () => {
    function* endless() {
      for (;;) yield Buffer.alloc(1024 * 1024, 0x20);
    }
    await expect(checkLines(endless(), checked, () => null)).rejects.toThrow('line 1 has more than');
  });
});
