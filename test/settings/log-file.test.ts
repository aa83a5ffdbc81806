import {mkdtempSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {LogFile} from '../../source/settings/log-file.ts';

it('the log can be shown on a terminal, and says the same', () => {
  // CSI of C1, bidirectional controls, the Arabic letter mark, a tag, an escape, a line end.
  const text = 'a\u009B2J \u202Eb\u202C \u061C \u{E0041} \u001B[2J\n é';
  const log = new LogFile(mkdtempSync(join(tmpdir(), 'kafka-notify-log-')));
  log.write({level: 'error', text});
  log.flush();
  const [line, end] = readFileSync(log.path, 'utf8').split('\n');
  expect(end).toBe('');
  expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u);
  expect(line).toContain('\\u009b2J \\u202eb\\u202c \\u061c \\udb40\\udc41 \\u001b[2J\\n é');
  expect(JSON.parse(line!)).toEqual({level: 'error', text});
});
