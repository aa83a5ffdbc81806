import {appendFileSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, expect, it} from 'vitest';
import {AttemptsFile, attemptLine, readAttempt} from './attempts-file.ts';
import type {Attempt} from './history.ts';

const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-attempts-'));
const attempt: Attempt = {
  partition: 2,
  offset: 41,
  member: 'end-0.3',
  attempt: 2,
  began: 1000,
  ended: 1004,
  outcome: 'failed-for-good',
};

afterEach(() => rmSync(folder, {recursive: true, force: true}));

it('reads what handlers appended, once, and half a line only when it is whole', () => {
  const path = join(folder, 'attempts');
  writeFileSync(path, '');
  const file = new AttemptsFile(path);
  expect(file.readNew()).toEqual([]);
  const line = attemptLine({...attempt, offset: 42});
  appendFileSync(path, attemptLine(attempt) + line.slice(0, 5));
  expect(file.readNew()).toEqual([attempt]);
  appendFileSync(path, line.slice(5));
  expect(file.readNew()).toEqual([{...attempt, offset: 42}]);
  expect(file.readNew()).toEqual([]);
});

it('refuses a line that no handler wrote', () => {
  expect(() => readAttempt('2 41 end-0.3 2 1000')).toThrow('is no line of an attempt');
});
