import {mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {ResultFile} from '../../source/settings/result-file.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'kafka-notify-results-'));

it('keeps every line of a run, in order, for its owner only', () => {
  const file = new ResultFile(folder(), 'notifications', 0);
  const lines = Array.from({length: 20_000}, (_, at) => `{"number":${at + 1}}\n`);
  for (const line of lines) file.write(line);
  expect(file.close()).toBeNull();
  expect(readFileSync(file.path, 'utf8')).toBe(lines.join(''));
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
});

it('keeps the files of the last twenty runs', () => {
  const state = folder();
  for (let run = 0; run < 25; run++) {
    const file = new ResultFile(state, run % 2 ? 'a' : 'b', run * 1000);
    file.write('{}\n');
    file.close();
  }
  const names = readdirSync(join(state, 'bulk'));
  expect(names).toHaveLength(20);
  expect(names).not.toContain('b-1970-01-01T00-00-04-000Z.jsonl');
  expect(names).toContain('a-1970-01-01T00-00-05-000Z.jsonl');
});

it('says that not all could be written, and where, once it is through', () => {
  const state = folder();
  writeFileSync(join(state, 'bulk'), 'a file where a folder should be');
  const file = new ResultFile(state, 'n', 0);
  file.write('{}\n');
  expect(file.close()).toContain(`Not all results could be written to ${file.path}`);
});
