import {describe, expect, it} from 'vitest';
import {withHeadersSet} from '../../source/commands/act-headers.ts';
import {linesFrom, readAct} from '../../source/commands/acts.ts';
import {headersOf} from '../flow/support/headers.ts';

const edit = (line: string) => {
  const act = readAct(line);
  if (act.act !== 'replace') throw new Error(act.act);
  return act.edit;
};
const replace = (rest: string) => edit(`{"act":"replace","partition":1,"offset":"113",${rest}}`);

describe('an act', () => {
  it('is for one message, or for all that failed alike', () => {
    expect(readAct('{"act":"retry","partition":1,"offset":"9007199254740993"}')).toEqual({
      act: 'retry',
      target: {kind: 'one', partition: 1, offset: 9007199254740993n},
    });
    expect(readAct('{"act":"dead-letter","alike":"HTTP 503"}')).toEqual({
      act: 'dead-letter',
      target: {kind: 'alike', failure: 'HTTP 503', each: false},
    });
    expect(readAct('{"act":"skip","alike":"TypeError","each":true,"reason":" known "}')).toMatchObject({
      target: {each: true},
      reason: 'known',
    });
    expect(readAct('{"act":"retry","partition":0,"offset":7}')).toMatchObject({target: {offset: 7n}});
  });

  it('lets the next message begin: of one partition or of every one', () => {
    expect(readAct('{"act":"release","partition":2}')).toEqual({act: 'release', partition: 2});
    expect(readAct('{"act":"release"}')).toEqual({act: 'release', partition: null});
  });

  it.each([
    ['{"act":"retry"', 'not JSON at column 15: expected a closing }'],
    ['{"act":"release","partition":"1"}', '"partition" is a whole number from 0 on'],
    ['{"act":"release","offset":"1"}', 'release knows no "offset"'],
    ['[1]', 'an act is a JSON object'],
    ['{"act":"forget"}', '"act" is one of retry, skip, dead-letter, replace'],
    ['{"act":"retry","partition":1}', '"offset" is a text of digits'],
    ['{"act":"retry","partition":-1,"offset":"1"}', '"partition" is a whole number from 0 on'],
    ['{"act":"retry","partition":1,"offset":"1e3"}', '"offset" is a text of digits'],
    ['{"act":"retry","partition":1,"offset":9007199254740993}', '"offset" is a text of digits'],
    ['{"act":"retry","partition":1,"offset":"1","alike":"x"}', 'either "alike", or "partition" and "offset"'],
    ['{"act":"retry","partition":1,"offset":"1","offset":"2"}', '"offset" stands there twice'],
    ['{"act":"retry","partition":1,"ofset":"1"}', 'retry knows no "ofset"'],
    ['{"act":"retry","partition":1,"offset":"1","each":true}', '"each" goes with "alike" only'],
    ['{"act":"retry","alike":""}', '"alike" is the name of an error'],
    ['{"act":"skip","partition":1,"offset":"1","reason":" "}', 'a skip needs a "reason"'],
    ['{"act":"skip","partition":1,"offset":"1"}', 'a skip needs a "reason"'],
    ['{"act":"replace","alike":"TypeError","value":1}', 'replace knows no "alike"'],
    ['{"act":"replace","partition":1,"offset":"1"}', 'a replacement says what is new'],
    ['{"act":"replace","partition":1,"offset":"1","value":1,"valueText":"1"}', 'not both'],
    ['{"act":"replace","partition":1,"offset":"1","valueText":null}', '"valueText" is a text'],
    ['{"act":"replace","partition":1,"offset":"1","key":5}', '"key" is a text, null or {"base64":"…"}'],
    ['{"act":"replace","partition":1,"offset":"1","carry":"some"}', '"carry" is one of all, own, none'],
    ['{"act":"replace","partition":1,"offset":"1","headers":{"a":1}}', 'the header "a" is a text'],
    [
      '{"act":"replace","partition":1,"offset":"1","headers":[["a","1"]]}',
      'a list of {"name":"…","value":"…"}',
    ],
    [
      '{"act":"replace","partition":1,"offset":"1","headers":[{"name":"a"}]}',
      'a list of {"name":"…","value":"…"}',
    ],
    ['{"act":"replace","partition":1,"offset":"1","headers":[{"name":"a","value":"","v":1}]}', 'no "v"'],
  ])('that is none is told why: %s', (line, why) => {
    expect(() => readAct(line)).toThrow(why);
  });

  it('says where a partition goes on', () => {
    const act = {act: 'go-on', partition: 1, from: 'end'};
    expect(readAct(JSON.stringify(act))).toEqual(act);
    expect(() => readAct('{"act":"go-on","partition":1}')).toThrow('"from" is "first" or "end"');
  });

  it('replaces by the letters that stand there, not by what JavaScript would make of them', () => {
    const letters = '{ "n": 9007199254740993, "p": 1.10, "e": 1e400, "n": "}\\"{" }';
    expect(replace(`"value": ${letters} , "key":null`)).toEqual({
      value: Buffer.from(letters),
      key: null,
      carry: 'all',
      headers: [],
    });
    expect(replace('"valueText":"any\\ntext"').value!.toString()).toBe('any\ntext');
    expect(replace('"value":null').value).toBeNull();
    expect('value' in replace('"key":"k"')).toBe(false);
    expect(replace('"key":{"base64":"/wA="}').key).toEqual(Buffer.from([0xff, 0]));
    expect(replace('"carry":"none","headers":{"a":"1","b":["2",null]}')).toMatchObject({
      carry: 'none',
      headers: [
        {name: 'a', value: Buffer.from('1')},
        {name: 'b', value: Buffer.from('2')},
        {name: 'b', value: null},
      ],
    });
  });
});

describe('the headers of a replacement', () => {
  const set = (json: string) =>
    replace(`"headers":${json}`).headers.map(({name, rawName, value}) => [
      rawName ? [...rawName] : name,
      value && String(value),
    ]);

  it('stand as they are written: numbers as names, repeated names, and what every object has', () => {
    const written = [
      ['10', 'x'],
      ['9', 'y'],
      ['a', '1'],
      ['__proto__', null],
      ['a', ''],
    ];
    expect(set('{"10":"x", "9":"y", "a":"1", "__proto__":null, "a":""}')).toEqual(written);
    const list = written.map(([name, value]) => ({name, value}));
    expect(set(JSON.stringify(list))).toEqual(written);
    expect(set('[{"name":"?","nameBase64":"/w==","value":{"base64":"YQ=="}}]')).toEqual([[[0xff], 'a']]);
  });

  it('take the place of those that they are set over, and new ones come last', () => {
    const merged = withHeadersSet(
      headersOf(['a', '1'], ['b', '2'], ['a', '3'], ['c', null]),
      headersOf(['d', '4'], ['a', '5'], ['a', '6']),
    );
    expect(merged).toEqual(headersOf(['a', '5'], ['a', '6'], ['b', '2'], ['c', null], ['d', '4']));
  });
});

describe('the lines of a stream', () => {
  it('have their numbers, however they were cut into pieces; bytes that are no text are told apart', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"é":1}\n\n'),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('last without an end'),
    ]);
    async function* pieces() {
      for (const byte of bytes) yield Buffer.from([byte]);
    }
    const lines: unknown[] = [];
    for await (const line of linesFrom(pieces())) lines.push(line);
    expect(lines).toEqual([
      {number: 1, text: '{"é":1}'},
      {number: 2, text: ''},
      {
        number: 3,
        problem: 'it is not UTF-8 at 1:1 (byte offset 0): the byte 0xFF is not part of a character',
      },
      {number: 4, text: 'last without an end'},
    ]);
  });
});
