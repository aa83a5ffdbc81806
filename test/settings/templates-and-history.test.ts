import {mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {type DraftText, emptyDraft, isDraftText} from '../../source/session/draft.ts';
import {HistoryFile} from '../../source/settings/history-file.ts';
import {readTemplateFolder, templateFolder, writeTemplate} from '../../source/settings/template-folder.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'kafka-notify-compose-'));
const draft = (value: string): DraftText => ({...emptyDraft, value});

describe('the folder of templates', () => {
  it('is the one of the flag, else of the environment, else beside what is saved', () => {
    expect(templateFolder('mine', {KAFKA_NOTIFY_TEMPLATES: 'other'})).toBe('mine');
    expect(templateFolder(undefined, {KAFKA_NOTIFY_TEMPLATES: 'other'})).toBe('other');
    expect(templateFolder(undefined, {KAFKA_NOTIFY_CONFIG_DIR: '/c'})).toBe(join('/c', 'templates'));
  });

  it('that is not there has none, which is no problem', () => {
    expect(readTemplateFolder(join(folder(), 'none'))).toEqual({files: [], problems: []});
  });

  it('gives its files by name, and names those that cannot be read', () => {
    const path = folder();
    writeFileSync(join(path, 'b.txt'), 'B');
    writeFileSync(join(path, 'a.json'), 'A');
    writeFileSync(join(path, '.hidden'), 'x');
    writeFileSync(join(path, 'bytes.txt'), Buffer.from([0xff]));
    writeFileSync(join(path, 'large.txt'), 'x'.repeat(1024 * 1024 + 1));
    mkdirSync(join(path, 'folder'));
    const {files, problems} = readTemplateFolder(path);
    expect(files.map(({name, text}) => [name, text])).toEqual([
      ['a.json', 'A'],
      ['b.txt', 'B'],
    ]);
    expect(problems).toEqual([
      expect.stringMatching(/bytes\.txt is left out: it is not UTF-8/),
      expect.stringMatching(/large\.txt is left out: it has 1048577 bytes/),
    ]);
  });

  it('takes a new template, and never overwrites one', () => {
    const path = join(folder(), 'templates');
    const written = writeTemplate(path, 'mine', 'first');
    expect(statSync(written).mode & 0o777).toBe(0o600);
    expect(() => writeTemplate(path, 'mine', 'second')).toThrow('There is a template "mine" already');
    expect(readFileSync(written, 'utf8')).toBe('first');
  });
});

describe('the history of a topic', () => {
  it('keeps what was published, the newest first, each once, for its owner only', () => {
    const history = new HistoryFile(folder(), 'notifications', isDraftText);
    expect(history.read()).toEqual({past: [], problem: null});
    history.add(draft('1'), 1);
    history.add(draft('2'), 2);
    history.add(draft('1'), 3);
    expect(history.read().past.map(({at, draft: {value}}) => [at, value])).toEqual([
      [3, '1'],
      [2, '2'],
    ]);
    expect(statSync(history.path).mode & 0o777).toBe(0o600);
  });

  it('is bounded by number and by bytes', () => {
    const history = new HistoryFile(folder(), 'n', isDraftText, {most: 3, mostBytes: 1000});
    for (let at = 1; at <= 5; at++) history.add(draft(String(at)), at);
    expect(history.read().past.map(({at}) => at)).toEqual([5, 4, 3]);
    history.add(draft('x'.repeat(600)), 6);
    expect(history.read().past.map(({at}) => at)).toEqual([6, 5, 4]);
    history.add(draft('x'.repeat(2000)), 7);
    expect(history.read().past.map(({at}) => at)).toEqual([6, 5, 4]);
  });

  it('that is damaged is told once, kept beside, and what can be read of it stays', () => {
    const path = folder();
    const history = new HistoryFile(path, 'n', isDraftText);
    history.add(draft('1'), 1);
    const whole = readFileSync(history.path, 'utf8');
    writeFileSync(history.path, `${whole}{"at": 2, "draft"\n{"at": 3, "draft": {"value": 7}}\n`);
    const {past, problem} = history.read();
    expect(past.map(({at}) => at)).toEqual([1]);
    expect(problem).toContain('2 of 3 drafts in the history are damaged');
    expect(problem).toContain(`${history.path}.damaged`);
    expect(readdirSync(join(path, 'history')).sort()).toEqual(['n.jsonl', 'n.jsonl.damaged']);
    expect(history.read()).toMatchObject({past: [{at: 1}], problem: null});
  });
});
