import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Message} from '../../source/flow/message.ts';
import {type DraftText, draftOf, emptyDraft, readDraft} from '../../source/session/draft.ts';

const topic = 'notifications';
const draft = (changes: Partial<DraftText>): DraftText => ({...emptyDraft, value: '{}', ...changes});
const ready = (text: DraftText) => {
  const read = readDraft(text, topic);
  if (!read.ready) throw new Error(read.problem);
  return read.draft;
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
    [{headers: 'a: base64:%%'}, 'headers', 'line 1: after base64: stands no base64'],
    [{key: 'base64:%%'}, 'key', 'after base64: stands no base64'],
    [{partition: 'one'}, 'partition', 'a partition is a whole number, or empty for the key to choose'],
  ])('says what is wrong with %j', (changes, field, problem) => {
    expect(readDraft(draft(changes), topic)).toMatchObject({ready: false, field, problem});
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
    const name = fc
      .string({minLength: 1, maxLength: 8})
      .filter(each => each.trim() === each && !/[:\s]/.test(each) && each !== '__proto__');
    const value = fc.option(
      fc.json().map(each => Buffer.from(each)),
      {nil: null},
    );
    fc.assert(
      fc.property(
        value,
        orNull,
        fc.dictionary(name, fc.oneof(orNull, fc.array(orNull, {minLength: 2, maxLength: 3})), {
          noNullPrototype: true,
        }),
        (body, key, all) => {
          const message: Message = {
            topic,
            partition: 3,
            offset: 7n,
            timestamp: 0,
            key,
            value: body,
            headers: all,
          };
          const again = ready(draftOf(message)!);
          expect(again).toMatchObject({topic, partition: 3});
          expect(again.key).toEqual(key);
          expect(again.value).toEqual(body);
          const expected = Object.entries(all).flatMap(([each, values]) =>
            (Array.isArray(values) ? values : [values]).map(one => ({name: each, value: one})),
          );
          expect(again.headers).toEqual(expected);
        },
      ),
    );
  });

  it('is not made of a value that is no text', () => {
    const message: Message = {
      topic,
      partition: 0,
      offset: 0n,
      timestamp: 0,
      key: null,
      value: Buffer.from([0xff]),
      headers: {},
    };
    expect(draftOf(message)).toBeNull();
  });
});
