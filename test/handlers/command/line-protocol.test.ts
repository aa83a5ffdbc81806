import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {answerOf, lineOf} from '../../../source/handlers/command/line-protocol.ts';
import {headersOf} from '../../flow/support/headers.ts';
import {message} from '../support/programs.ts';

describe('a message as a line', () => {
  it('names where it came from, with the value as it stands', () => {
    const text = '{"n": 9007199254740993,\r\n "n": 1.10}';
    const line = lineOf(message({key: Buffer.from('u-17')}), text, 2);
    expect(line).toBe(
      '{"topic":"notifications","partition":0,"offset":"42","timestamp":1000,"attempt":2,"key":"u-17",' +
        '"headers":{},"value":{"n": 9007199254740993,   "n": 1.10}}\n',
    );
  });

  it('tells a tombstone from null', () => {
    expect(JSON.parse(lineOf(message({value: null}), null, 1))).toMatchObject({value: null, tombstone: true});
    expect(JSON.parse(lineOf(message(), 'null', 1))).not.toHaveProperty('tombstone');
  });

  it('gives bytes that are no text in base64, and repeated headers as a list', () => {
    const headers = headersOf(
      ['two', 'b'],
      ['none', null],
      ['10', ''],
      ['two', Buffer.from([0xff])],
      ['__proto__', 'a'],
    );
    expect(JSON.parse(lineOf(message({key: Buffer.from([0xff]), headers}), '1', 1))).toMatchObject({
      key: {base64: '/w=='},
      headers: JSON.parse('{"10":"","none":null,"two":["b",{"base64":"/w=="}],"__proto__":"a"}'),
      headerList: [
        {name: 'two', value: 'b'},
        {name: 'none', value: null},
        {name: '10', value: ''},
        {name: 'two', value: {base64: '/w=='}},
        {name: '__proto__', value: 'a'},
      ],
    });
  });

  it('is one line, and the same JSON, whatever the value', () => {
    const headers = fc.array(fc.tuple(fc.string(), fc.string()));
    fc.assert(
      fc.property(fc.json(), fc.nat(4), headers, (json, indent, texts) => {
        const pretty = JSON.stringify(JSON.parse(json), null, indent);
        const line = lineOf(message({headers: headersOf(...texts)}), pretty, 1);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(JSON.parse(line).value).toEqual(JSON.parse(json));
      }),
      {seed: 8},
    );
  });
});

describe('an answer', () => {
  it.each([
    ['{"status":"ok"}', {answer: 'ok'}],
    ['{"status":"ok","note":"sent twice"}', {answer: 'ok', note: 'sent twice'}],
    [
      '{"status":"failed","error":"no such\\n user","permanent":true}',
      {
        answer: 'failed',
        failure: {name: 'failed', alike: 'no such user', message: 'no such user', permanent: true},
      },
    ],
    [
      '{"status":"failed","name":"Busy","retryAfterMs":500}',
      {
        answer: 'failed',
        failure: {name: 'Busy', message: 'the program gave no reason', permanent: false, retryAfterMs: 500},
      },
    ],
    ['{"status":"ok","partition":0,"offset":"42"}', {answer: 'ok'}],
    ['{"status":"ok","partition":0,"offset":"41"}', {answer: 'nonsense'}],
    ['{"status":"fine"}', {answer: 'nonsense'}],
    ['null', {answer: 'nonsense'}],
    ['hello', {answer: 'nonsense'}],
  ])('%s', (line, answer) => {
    expect(answerOf(line, message())).toEqual(answer);
  });
});
