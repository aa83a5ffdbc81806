import {expect, it} from 'vitest';
import {Journal} from './journal.ts';
import {contextOf, identityOf, sentenceOf} from './report.ts';
import type {Violation} from './violation.ts';

const at = Date.UTC(2026, 0, 1, 12, 0, 0);
const place = {partition: 3, at};
const violations: Violation[] = [
  {...place, kind: 'lost', from: 4, to: 4, committed: 9},
  {...place, kind: 'lost', from: 9, to: 11, committed: 9},
  {...place, kind: 'passed', from: 4, to: 6, committed: 7, finally: null},
  {...place, kind: 'passed', from: 5, to: 6, committed: 7, finally: at + 1500},
  {...place, kind: 'lowered', from: 7, to: -1},
  {...place, kind: 'stuck', committed: 7, end: 40, since: at - 60_000},
  {...place, kind: 'again', from: 1, to: 2, member: 'end-0.0', met: at - 100, passedAt: at - 20_000},
];

it('says each violation with its place and its times', () => {
  expect(violations.map(sentenceOf)).toEqual([
    'partition 3: offset 4 never finished by the end, and passed: the commit is 9',
    'partition 3: offsets 9 to 11 (3) never finished by the end, and not passed: the commit is 9',
    'partition 3: at 12:00:00.000 the commit was 7, above offsets 4 to 6 (3), which were not finished by then and were not at the end',
    'partition 3: at 12:00:00.000 the commit was 7, above offsets 5 to 6 (2), which were not finished by then and were by 12:00:01.500',
    'partition 3: at 12:00:00.000 the commit had fallen from 7 to -1',
    'partition 3: the commit stood at 7 from 11:59:00.000 to 12:00:00.000 and on, with the end at 40',
    'partition 3: end-0.0, which met the group at 11:59:59.900, processed offsets 1 to 2 (2) again from 12:00:00.000; the commit had passed them by 11:59:40.000',
  ]);
});

it('tells violations apart', () => {
  expect(new Set(violations.map(identityOf)).size).toBe(violations.length);
});

it('shows what happened to the group and the broker before, not to other groups', () => {
  const said: string[] = [];
  const journal = new Journal(line => said.push(line));
  journal.write('[end, skip] end-0.0 is killed');
  journal.write('[time, skip] time-0.0 is killed');
  journal.write('the broker is stopped');
  journal.mention('7 processed');
  const now = {...violations[0]!, at: Date.now()};
  const shown = contextOf(now, journal, 'end, skip').join('\n');
  expect(shown).toContain('end-0.0 is killed');
  expect(shown).toContain('the broker is stopped');
  expect(shown).not.toMatch(/time-0|processed/);
  expect(said).toHaveLength(4);
  expect(contextOf({...now, at: now.at - 60_000}, journal, 'end, skip')).toEqual([]);
});
