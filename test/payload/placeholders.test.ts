import {expect, it} from 'vitest';
import {expandPlaceholders, nextPlaceholders} from '../../source/payload/placeholders.ts';

it('fills in the known names, the same in every place, and leaves all else as it is', () => {
  const values = nextPlaceholders(7, Date.UTC(2026, 0, 2));
  const text = '{{seq}} {{now}} {{uuid}} {{uuid}} {{user}} {{ seq }} {seq} {{{seq}}}';
  expect(expandPlaceholders(text, values)).toBe(
    `7 2026-01-02T00:00:00.000Z ${values.uuid} ${values.uuid} {{user}} {{ seq }} {seq} {7}`,
  );
});

it('makes a new identity for each publish', () => {
  expect(nextPlaceholders(1, 0).uuid).not.toBe(nextPlaceholders(1, 0).uuid);
});
