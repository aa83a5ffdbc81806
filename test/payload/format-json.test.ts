import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {compactJson, formatJson} from '../../source/payload/format-json.ts';
import {cpuTime} from '../support/cpu-time.ts';

describe('formatting JSON', () => {
  it('writes it in lines', () => {
    expect(formatJson('{"type":"email.send","to":["a","b"],"none":{},"empty":[ ],"deep":{"x":null}}')).toBe(
      [
        '{',
        '  "type": "email.send",',
        '  "to": [',
        '    "a",',
        '    "b"',
        '  ],',
        '  "none": {},',
        '  "empty": [],',
        '  "deep": {',
        '    "x": null',
        '  }',
        '}',
      ].join('\n'),
    );
  });

  it('keeps every letter of numbers, strings, escapes and repeated names', () => {
    const text =
      '{"n":9007199254740993,"n":1.10,"big":1e400,"-":-0,"\\u0061":"\\/\\"\\\\","s":"a,b:{c}  [ ]","e":1E+2}';
    const lines = formatJson(text);
    for (const token of ['9007199254740993', '1.10', '1e400', '-0', '"\\u0061"', '"\\/\\"\\\\"', '1E+2'])
      expect(lines).toContain(token);
    expect(lines.match(/"n"/g)).toHaveLength(2);
    expect(compactJson(lines)).toBe(text);
  });

  it.each(['{"a":1,}', '', 'hello', "{'a':1}", '{"a":1} {"b":2}', '\ufeff{}', '// no'])(
    'leaves %j as it is, for it is not JSON',
    text => {
      expect(formatJson(text)).toBe(text);
      expect(compactJson(text)).toBe(text);
    },
  );

  it('changes only white space between tokens, and nothing the second time, for any JSON', () => {
    const spaced = fc
      .tuple(fc.json(), fc.constantFrom(0, 1, 4, '\t'))
      .map(([text, space]) => JSON.stringify(JSON.parse(text), null, space));
    fc.assert(
      fc.property(fc.oneof(fc.json(), spaced), fc.constantFrom(0, 2, 4), (text, indent) => {
        const lines = formatJson(text, {indent});
        if (indent > 0) expect(lines).toBe(JSON.stringify(JSON.parse(text), null, indent));
        expect(formatJson(lines, {indent})).toBe(lines);
        expect(compactJson(lines)).toBe(compactJson(text));
        expect(JSON.parse(compactJson(text))).toEqual(JSON.parse(text));
      }),
      {seed: 2, numRuns: 1000},
    );
  });

  it('formats 1 MB while nobody notices', () => {
    const one = '{"id":123456,"to":"user@example.org","tags":["a","b"],"text":"\\"quoted\\" and \\\\ more"}';
    const text = `[${Array.from({length: 11_000}, () => one).join(',')}]`;
    expect(text.length).toBeGreaterThan(1e6 - 1e5);
    formatJson(text);
    const start = cpuTime();
    const lines = formatJson(text);
    expect(cpuTime() - start).toBeLessThan(600);
    expect(lines.split('\n')).toHaveLength(11_000 * 9 + 2);
  });

  it('does not grow nesting of 100,000 beyond all memory', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(formatJson(deep)).toBe(deep);
  });

  it('finds the end of a string of many backslashes at once', () => {
    const text = JSON.stringify(['\\"'.repeat(300_000)]);
    const start = cpuTime();
    expect(compactJson(text)).toBe(text);
    expect(cpuTime() - start).toBeLessThan(1500);
  });
});
