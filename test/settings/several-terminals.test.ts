import {execFile} from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {describe, expect, it} from 'vitest';
import {type DraftText, emptyDraft, isDraftText} from '../../source/session/draft.ts';
import {DraftFile} from '../../source/settings/draft-file.ts';
import {HistoryFile} from '../../source/settings/history-file.ts';
import {oneAtATime} from '../../source/settings/one-at-a-time.ts';
import {ResultFile} from '../../source/settings/result-file.ts';
import {writeNewWhole} from '../../source/settings/whole-file.ts';

const each = 3000;
const longest = 'n'.repeat(249);
const folder = () => mkdtempSync(join(tmpdir(), 'kafka-notify-terminals-'));

/** What went wrong in two terminals that write `each` times at once. */
async function twoTerminals(what: string, where: string, count = each): Promise<string[]> {
  const run = promisify(execFile);
  const program = join(import.meta.dirname, 'support', 'terminal-that-writes.ts');
  const ended = await Promise.all(
    ['a', 'b'].map(name => run(process.execPath, [program, what, where, name, String(count)])),
  );
  return ended.flatMap(({stdout}) => JSON.parse(stdout) as string[]);
}

describe('two terminals on one topic', () => {
  it('keep one whole draft of either, and leave nothing unfinished behind', async () => {
    const where = folder();
    expect(await twoTerminals('draft', where)).toEqual([]);
    const file = new DraftFile<DraftText>(where, 'n');
    expect(file.read()!.value).toMatch(new RegExp(`^(\\w) ${each - 1} \\1+$`));
    expect(readdirSync(join(where, 'drafts'))).toEqual(['n.json']);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
  }, 60_000);

  it('lose nothing of what both published', async () => {
    const where = folder();
    expect(await twoTerminals('history', where)).toEqual([]);
    const bounds = {most: 10_000, mostBytes: 100 * 1024 * 1024};
    const {past, problem} = new HistoryFile<DraftText>(where, 'n', isDraftText, bounds).read();
    expect(problem).toBeNull();
    const kept = new Set(past.map(({draft}) => draft.value!.slice(0, draft.value!.lastIndexOf(' '))));
    expect(kept.size).toBe(2 * each);
  }, 60_000);

  it('keep the newest hundred of both, though the file is made short again and again', async () => {
    const where = folder();
    expect(await twoTerminals('bounded-history', where)).toEqual([]);
    const file = new HistoryFile<DraftText>(where, 'n', isDraftText);
    const {past, problem} = file.read();
    expect(problem).toBeNull();
    const kept = past.map(({draft}) => draft.value!.split(' ').slice(0, 2).join(' ')).sort();
    const newest = Array.from({length: 50}, (_, at) => each - 50 + at);
    expect(kept).toEqual(['a', 'b'].flatMap(name => newest.map(number => `${name} ${number}`)).sort());
    expect(readdirSync(join(where, 'history'))).toEqual(['n.jsonl']);
    expect(readFileSync(file.path, 'utf8').length).toBeLessThan(4 * 1024 * 1024);
  }, 60_000);

  it('write whole lines in one log, which is rotated once where both see that it is full', async () => {
    const where = folder();
    const full = `${JSON.stringify({text: 'before'})}\n`.repeat(270_000);
    writeFileSync(join(where, 'kafka-notify.log'), full);
    expect(await twoTerminals('log', where, 1000)).toEqual([]);
    expect(readdirSync(where).sort()).toEqual(['kafka-notify.log', 'kafka-notify.log.1']);
    const lines = ['.1', ''].flatMap(end =>
      readFileSync(join(where, `kafka-notify.log${end}`), 'utf8')
        .trimEnd()
        .split('\n'),
    );
    const texts = lines.map(line => (JSON.parse(line) as {text: string}).text);
    expect(texts.filter(text => text !== 'before')).toHaveLength(2000);
  }, 60_000);

  it('have results of their own, also of runs that begin in the same millisecond', () => {
    const where = folder();
    const [first, second] = [new ResultFile(where, longest, 1), new ResultFile(where, longest, 1)];
    first.write('a\n');
    second.write('b\n');
    expect([first.close(), second.close()]).toEqual([null, null]);
    expect([first, second].map(({path}) => readFileSync(path, 'utf8'))).toEqual(['a\n', 'b\n']);
  });
});

describe('a file that is written whole', () => {
  it('has room for the longest name of a topic', () => {
    const where = folder();
    const draft = {...emptyDraft, value: '1'};
    new DraftFile<DraftText>(where, longest).write(draft);
    expect(new DraftFile<DraftText>(where, longest).read()).toEqual(draft);
    const history = new HistoryFile<DraftText>(where, longest, isDraftText, {most: 1});
    for (let at = 1; at <= 5; at++) history.add({...draft, value: String(at)}, at);
    expect(history.read().past.map(({at}) => at)).toEqual([5]);
    expect(readFileSync(history.path, 'utf8').split('\n').length).toBeLessThan(6);
  });

  it('is as it was where it cannot be written, with nothing unfinished beside it', () => {
    const where = folder();
    const path = join(where, 'export.jsonl');
    writeNewWhole(path, 'first');
    expect(() => writeNewWhole(path, 'second')).toThrow('EEXIST');
    expect(readFileSync(path, 'utf8')).toBe('first');
    expect(readdirSync(where)).toEqual(['export.jsonl']);
  });

  it('is written where a killed program left one unfinished, which is removed', () => {
    const where = join(folder(), 'drafts');
    mkdirSync(where);
    const abandoned = ['n.json.next', '.7f3f9a90-1f0e-4b43-8f0c-2a3d0c5c2d11.next'];
    for (const name of [...abandoned, 'next.json']) leave(join(where, name), 3_600_000);
    leave(join(where, '.00000000-1f0e-4b43-8f0c-2a3d0c5c2d11.next'), 1000);
    new DraftFile<DraftText>(join(where, '..'), 'n').write(emptyDraft);
    expect(readdirSync(where).sort()).toEqual([
      '.00000000-1f0e-4b43-8f0c-2a3d0c5c2d11.next',
      'n.json',
      'next.json',
    ]);
  });

  it('is tidied by one terminal at a time, also after one was killed at it', () => {
    const where = folder();
    const path = join(where, 'n.jsonl');
    let lock = '';
    const ran = oneAtATime(path, () => {
      lock = join(where, readdirSync(where)[0]!);
      expect(oneAtATime(path, () => {})).toBe(false);
    });
    expect(ran).toBe(true);
    expect(readdirSync(where)).toEqual([]);
    leave(lock, 60_000);
    oneAtATime(path, () => {});
    expect(oneAtATime(path, () => {})).toBe(true);
  });
});

function leave(path: string, ago: number): void {
  writeFileSync(path, 'half');
  const then = new Date(Date.now() - ago);
  utimesSync(path, then, then);
}
