import {isUtf8} from 'node:buffer';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Header} from '../../source/flow/message.ts';
import {type DraftText, draftOf, emptyDraft, readDraft} from '../../source/session/draft.ts';

const topic = 'notifications';
const draft = (changes: Partial<DraftText>): DraftText => ({...emptyDraft, value: '{}', ...changes});
const ready = (text: DraftText) => {
  const read = readDraft(text, topic);
  if (!read.ready) throw new Error(read.problem);
  return read.draft;
};
const headerOf = (rawName: Buffer, value: Buffer | null): Header => {
  const name = rawName.toString('utf8');
  return isUtf8(rawName) ? {name, value} : {name, rawName, value};
};
const headers = (text: string) =>
  ready(draft({headers: text})).headers.map(({name, value}) => [
    name,
    value && Buffer.from(value).toString(),
  ]);

describe('a draft', () => {
  it('is sent letter by letter', () => {
    const value = ' {"n": 9007199254740993, "p": 1.10, "e": 1e400, "n": 2}\n';
    expect(ready(draft({value})).value!.toString()).toBe(value);
  });

  it('tells null from empty: value, key and headers', () => {
    expect(ready(draft({value: null})).value).toBeNull();
    expect(readDraft(draft({value: ''}), topic)).toMatchObject({ready: false, field: 'value'});
    expect(ready(draft({key: null})).key).toBeNull();
    expect(ready(draft({key: ''})).key).toEqual(Buffer.alloc(0));
    expect(headers('a\nb:\nc: x')).toEqual([
      ['a', null],
      ['b', ''],
      ['c', 'x'],
    ]);
  });

  it('keeps the order of headers, names that repeat, and blanks after the first one', () => {
    expect(headers('b: 1\n\na: 2\nb:  3: 4')).toEqual([
      ['b', '1'],
      ['a', '2'],
      ['b', ' 3: 4'],
    ]);
  });

  it.each([
    [{value: '{"a":}'}, 'value', '1:6 expected a value'],
    [{headers: 'a: 1\n: 2'}, 'headers', 'line 2 has no name before the colon'],
    [{headers: '"a: 1'}, 'headers', 'line 1: the quotes of its name are not closed'],
    [{headers: '"a" 1'}, 'headers', 'line 1: after its name in quotes stands no colon'],
    [{headers: '"base64:%": 1'}, 'headers', 'line 1: its name in quotes is no string of JSON, or no base64'],
    [{headers: 'a: base64:%%'}, 'headers', 'line 1: after base64: stands no base64'],
    [{key: 'base64:%%'}, 'key', 'after base64: stands no base64'],
    [{partition: 'one'}, 'partition', 'a partition is a whole number, or empty for the key to choose'],
  ])('says what is wrong with %j', (changes, field, problem) => {
    expect(readDraft(draft(changes), topic)).toMatchObject({ready: false, field, problem});
  });

  it('takes a name in quotes as it is written there', () => {
    expect(headers('"a: b": 1\n"": 2\n" ":\n"\\"q\\""\n"base64:YQ==": 3')).toEqual([
      ['a: b', '1'],
      ['', '2'],
      [' ', ''],
      ['"q"', null],
      ['a', '3'],
    ]);
  });

  it('leaves the partition to the key, or takes the one that is given', () => {
    expect(ready(draft({})).partition).toBeUndefined();
    expect(ready(draft({partition: '7'})).partition).toBe(7);
  });

  it('made of a message and sent again is the message', () => {
    const bytes = fc.oneof(
      fc.uint8Array({maxLength: 20}).map(each => Buffer.from(each)),
      fc.string({unit: 'binary', maxLength: 20}).map(each => Buffer.from(each)),
    );
    const orNull = fc.option(bytes, {nil: null});
    const name = fc.oneof(
      bytes,
      fc
        .constantFrom('', ' ', 'a: b', '"', 'base64:', 'base64:AAAA', '#', '__proto__', '10')
        .map(each => Buffer.from(each)),
    );
    const value = fc.option(
      fc.json().map(each => Buffer.from(each)),
      {nil: null},
    );
    fc.assert(
      fc.property(value, orNull, fc.array(fc.tuple(name, orNull)), (body, key, all) => {
        const headers = all.map(([rawName, each]) => headerOf(rawName, each));
        const again = ready(draftOf({partition: 3, key, value: body, headers})!);
        expect(again).toMatchObject({topic, partition: 3});
        expect(again.key).toEqual(key);
        expect(again.value).toEqual(body);
        expect(again.headers).toEqual(headers);
      }),
      {seed: 10},
    );
  });

  it('is not made of a value that is no text', () => {
    expect(draftOf({partition: 0, key: null, value: Buffer.from([0xff]), headers: []})).toBeNull();
  });
});
