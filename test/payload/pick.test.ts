import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {pick, picker} from '../../source/payload/pick.ts';

const notification = {
  type: 'email.send',
  user: {email: 'a@example.org', 'full.name': 'Ada', active: true, age: 0, none: null},
  recipients: [{address: 'x@example.org'}, {address: 'y@example.org'}, {address: 'z@example.org'}],
  to: ['+4915', '+4916'],
  one: ['only'],
  empty: [],
  huge: JSON.parse('9007199254740993'),
};

describe('picking a value for a column', () => {
  it.each([
    ['type', 'email.send'],
    ['user.email', 'a@example.org'],
    ['user["full.name"]', 'Ada'],
    ['user.active', 'true'],
    ['user.age', '0'],
    ['user.none', 'null'],
    ['user', '{…}'],
    ['recipients[0].address', 'x@example.org'],
    ['recipients[7].address', ''],
    ['recipients[].address', 'x@example.org +2'],
    ['recipients.address', 'x@example.org +2'],
    ['recipients', '{…} +2'],
    ['to', '+4915 +1'],
    ['to[1]', '+4916'],
    ['one', 'only'],
    ['empty', ''],
    ['nowhere.at.all', ''],
    ['type.length', ''],
    ['constructor', ''],
    ['user.__proto__', ''],
    ['huge', '≈9007199254740992'],
  ])('finds %s', (path, text) => {
    expect(pick(notification, path)).toBe(text);
  });

  it.each(['', '.', 'a..b', 'a[', 'a[-1]', 'a[b]', '.a'])(
    'has nothing for the path %j, and says why',
    path => {
      expect(pick(notification, path)).toBe('');
      expect(() => picker(path)).toThrow('no path');
    },
  );

  it('takes the elements where the JSON itself is an array', () => {
    expect(pick([{type: 'a'}, {type: 'b'}], '[0].type')).toBe('a');
    expect(pick([{type: 'a'}, {type: 'b'}], 'type')).toBe('a +1');
  });

  it('stays short where the value is long', () => {
    expect(pick({text: 'x'.repeat(1_000_000)}, 'text').length).toBeLessThan(300);
  });

  it('answers text for any JSON and any path', () => {
    const path = fc.array(fc.constantFrom('a', '.', '[0]', '[]', 'b', '["', '"]', ' '), {maxLength: 8});
    fc.assert(
      fc.property(fc.jsonValue(), path, (value, parts) => {
        expect(typeof pick({a: value, b: [value, value]}, parts.join(''))).toBe('string');
      }),
      {seed: 4, numRuns: 1000},
    );
  });
});
