import {mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {composeFiles} from '../../../source/commands/open/compose-files.ts';
import {emptyDraft} from '../../../source/session/draft.ts';
import {Session} from '../../../source/session/session.ts';
import {ManualClock} from '../../flow/support/manual-clock.ts';

const draft = {...emptyDraft, value: '{"n": 1}', key: 'u-1'};

function files({keepsHistory = true, folder = mkdtempSync(join(tmpdir(), 'kafka-notify-desk-'))} = {}) {
  const session = new Session(
    {topic: 'n', group: 'g', brokers: 'b', handler: 'h', embedded: false},
    new ManualClock(),
  );
  const compose = composeFiles({
    session,
    topic: 'n',
    templateFolder: join(folder, 'templates'),
    stateFolder: join(folder, 'state'),
    keepsHistory,
    publishAll: () => Promise.reject(new Error('nothing is sent here')),
  });
  return {compose, session, folder, history: join(folder, 'state', 'history', 'n.jsonl')};
}

describe('templates and history in files', () => {
  it('keeps what was published, and gives it back to the next run', () => {
    const {compose, folder} = files();
    compose.remember(draft);
    compose.remember({...draft, value: null});
    const [newest, before] = files({folder}).compose.history()!;
    expect(newest).toMatchObject({
      name: expect.stringMatching(/^\d\d-\d\d .*u-1 +null$/),
      draft: {value: null},
    });
    expect(before!.draft).toEqual(draft);
  });

  it('keeps nothing where the person has turned the history off', () => {
    const {compose, history} = files({keepsHistory: false});
    compose.remember(draft);
    expect(compose.history()).toBeNull();
    expect(() => readFileSync(history)).toThrow('ENOENT');
  });

  it('tells a damaged history, and goes on with what can be read of it', () => {
    const {compose, session, history} = files();
    compose.remember(draft);
    writeFileSync(history, `${readFileSync(history, 'utf8')}no JSON\n`);
    expect(compose.history()!.map(each => each.draft)).toEqual([draft]);
    expect(session.flash?.text).toContain('1 of 2 drafts in the history are damaged');
  });

  it('costs no publish where it cannot be written', () => {
    const {compose, session, folder} = files();
    mkdirSync(join(folder, 'state'));
    writeFileSync(join(folder, 'state', 'history'), 'a file where a folder should be');
    compose.remember(draft);
    expect(session.log.items.at(-1)!.text).toContain('The draft was not kept in the history');
  });

  it('lists own templates first, and says where one was saved or why not', () => {
    const {compose, session, folder} = files();
    expect(compose.saveTemplate('../up', draft)).toBe(false);
    expect(session.flash?.text).toContain('A name has none of');
    expect(compose.saveTemplate('mine', draft)).toBe(true);
    expect(session.flash?.text).toBe(`Saved: ${join(folder, 'templates', 'mine.txt')}.`);
    expect(compose.saveTemplate('mine', draft)).toBe(false);
    expect(session.flash?.text).toContain('There is a template "mine" already');
    expect(compose.templates()[0]).toEqual({name: 'mine', note: 'own', draft});
    expect(compose.templates().length).toBeGreaterThan(10);
  });
});
