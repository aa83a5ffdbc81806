import {describe, expect, it} from 'vitest';
import {nextPlaceholders} from '../../source/payload/placeholders.ts';
import {emptyDraft, expandDraft, readDraft} from '../../source/session/draft.ts';
import {
  builtInTemplates,
  findTemplate,
  problemOfName,
  readTemplates,
  templateText,
} from '../../source/session/templates.ts';

const file = (name: string, text: string) => ({name, path: `/templates/${name}`, text});

describe('the templates that come along', () => {
  it('are those that notifications are met as, and the ones made to fail', () => {
    expect(builtInTemplates.map(({name}) => name)).toEqual([
      'generic',
      'e-mail',
      'SMS',
      'push',
      'chat',
      'several recipients, one transaction',
      'CloudEvents, structured',
      'CloudEvents, binary',
      'one that makes the example handler fail',
      'one that nobody can receive',
      'malformed JSON',
      'tombstone',
    ]);
  });

  it.each(builtInTemplates.map(({name, draft}) => [name, draft] as const))(
    '%s can be published as it is chosen',
    (_, draft) => {
      const filled = expandDraft(draft, nextPlaceholders(1, 0));
      expect(readDraft(filled, 'notifications')).toMatchObject({ready: true});
      expect(filled.value ?? '').not.toContain('{{');
    },
  );

  it('the malformed one needs its switch: checked, it is refused', () => {
    const {draft} = findTemplate([], 'malformed JSON')!;
    expect(draft.raw).toBe(true);
    expect(readDraft({...draft, raw: false}, 'notifications')).toMatchObject({ready: false, field: 'value'});
  });
});

describe('own templates', () => {
  it('are what was saved, letter by letter, line ends at the end too', () => {
    for (const draft of [
      {...emptyDraft, value: '{"n": 1.10}\n\n', key: 'u-1', headers: 'a: 1\nb:\nc', partition: '2'},
      {...emptyDraft, value: null, key: '', expands: true},
      {...emptyDraft, value: 'no JSON', raw: true},
      {...emptyDraft, value: '---\n# text'},
    ]) {
      const {templates, problems} = readTemplates([file('mine.txt', templateText(draft))]);
      expect(problems).toEqual([]);
      expect(templates).toEqual([{name: 'mine', path: '/templates/mine.txt', draft}]);
    }
  });

  it('named .json are a value; placeholders are on where it is no JSON without them', () => {
    const {templates} = readTemplates([
      file('order.json', '{"order": 7}\n'),
      file('filled.json', '{"n": {{seq}}}\n'),
    ]);
    expect(templates.map(({name, draft}) => [name, draft.value, draft.expands])).toEqual([
      ['order.json', '{"order": 7}', false],
      ['filled.json', '{"n": {{seq}}}', true],
    ]);
  });

  it('that are damaged are named with the reason, and the others are taken', () => {
    const {templates, problems} = readTemplates([
      file('a.txt', 'no dashes'),
      file('b.txt', 'kee: 1\n---\n{}'),
      file('c.json', '{"a":}'),
      file('d.txt', '---\n{}\n'),
    ]);
    expect(templates.map(({name}) => name)).toEqual(['d']);
    expect(problems).toEqual([
      expect.stringContaining('/templates/a.txt is left out: The line of three dashes'),
      expect.stringContaining('/templates/b.txt is left out: "kee: 1" is no line of a draft'),
      expect.stringContaining('/templates/c.json is left out: 1:6 expected a value'),
    ]);
  });

  it('come before those that came along, and are found whatever their case', () => {
    const {templates} = readTemplates([file('SMS.txt', '---\n{"own": true}')]);
    expect(findTemplate(templates, 'SMS')!.draft.value).toBe('{"own": true}');
    expect(findTemplate(templates, 'sms')!.path).toBe('/templates/SMS.txt');
    expect(findTemplate(templates, 'E-Mail')!.path).toBeNull();
    expect(findTemplate(templates, 'none')).toBeNull();
  });

  it('have names that every file system takes', () => {
    expect(problemOfName('welcome e-mail, v2')).toBeNull();
    for (const name of ['', ' ', '../up', 'a\\b', 'c:d', '.hidden', 'a.json', 'bell\u0007', 'x'.repeat(101)])
      expect(problemOfName(name), name).toBeTypeOf('string');
  });
});
