import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {topLevelFields} from '../../source/payload/top-level-fields.ts';

describe('the fields of a JSON object', () => {
  it('are told letter by letter, repeated ones too', () => {
    expect(topLevelFields(' { "a" : 1.10 ,"b\\"": {"x":[1,"]}"]}\n,"a":null } ')).toEqual([
      {name: 'a', text: '1.10'},
      {name: 'b"', text: '{"x":[1,"]}"]}'},
      {name: 'a', text: 'null'},
    ]);
    expect(topLevelFields('{}')).toEqual([]);
    expect(topLevelFields('[1]')).toBeNull();
  });

  it('are those that JSON.parse sees', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue(), {noNullPrototype: true});
    fc.assert(
      fc.property(object, fc.constantFrom(0, 2), (value, indent) => {
        const fields = topLevelFields(JSON.stringify(value, null, indent))!;
        const expected = Object.entries(value).map(([name, each]) => [
          name,
          JSON.parse(JSON.stringify(each)),
        ]);
        expect(fields.map(({name, text}) => [name, JSON.parse(text)])).toEqual(expected);
      }),
    );
  });
});
