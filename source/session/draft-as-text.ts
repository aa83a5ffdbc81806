import type {DraftText} from './draft.ts';

const explanation = `# Above the line of three dashes: key, partition and headers, one a line; lines with # are not read.
#   key: text            no such line: no key (null)
#   partition: number    no such line: the key decides
#   header name: text    'header name:' is empty, 'header name' alone is null, base64:… stands for bytes
#   value: null          a tombstone, whatever stands below
#   placeholders: on     {{uuid}}, {{now}} and {{seq}} are filled in at each publish
#   checked: no          the value is published as it is, JSON or not
# Below it: the value, letter by letter.
`;
const line = '---\n';

/** The whole draft as one text, for a person's own editor. */
export function draftAsText({value, key, headers, partition, expands, raw}: DraftText): string {
  const names = headers.split('\n').filter(each => each.trim() !== '');
  return [
    explanation,
    key === null ? '' : `key: ${key}\n`,
    partition === '' ? '' : `partition: ${partition}\n`,
    ...names.map(each => `header ${each}\n`),
    value === null ? 'value: null\n' : '',
    expands ? 'placeholders: on\n' : '',
    raw ? 'checked: no\n' : '',
    line,
    value ?? '',
  ].join('');
}

/** Reads it back; a line end that an editor put at the end of the value is not part of it. Throws a sentence. */
export function draftFromText(text: string, before: DraftText): DraftText {
  const at = text.startsWith(line) ? 0 : text.indexOf(`\n${line}`) + 1;
  if (at === 0 && !text.startsWith(line)) throw new Error('The line of three dashes is gone.');
  const draft = {
    key: null as string | null,
    partition: '',
    headers: [] as string[],
    isTombstone: false,
    expands: false,
    raw: false,
  };
  for (const each of text.slice(0, at).split('\n')) {
    if (each.trim() === '' || each.startsWith('#')) continue;
    const [, name, , rest] =
      /^(key|partition|header|value|placeholders|checked)(: ?| )(.*)$/.exec(each) ?? [];
    if (name === 'key') draft.key = rest!;
    else if (name === 'partition') draft.partition = rest!.trim();
    else if (name === 'header') draft.headers.push(rest!);
    else if (name === 'value') draft.isTombstone = rest === 'null';
    else if (name === 'placeholders') draft.expands = rest === 'on';
    else if (name === 'checked') draft.raw = rest === 'no';
    else throw new Error(`"${each.slice(0, 60)}" is no line of a draft.`);
  }
  const body = text.slice(at + line.length);
  const added = !before.value?.endsWith('\n') && body.endsWith('\n');
  return {
    key: draft.key,
    partition: draft.partition,
    headers: draft.headers.join('\n'),
    expands: draft.expands,
    raw: draft.raw,
    value: draft.isTombstone ? null : added ? body.slice(0, -1) : body,
  };
}
