import {checkJson} from '../payload/check-json.ts';
import {expandPlaceholders, nextPlaceholders} from '../payload/placeholders.ts';
import {templates} from '../payload/templates.ts';
import {type DraftText, emptyDraft} from './draft.ts';
import {draftAsText, draftFromText} from './draft-as-text.ts';

/** A draft to begin with, by its name. */
export type NamedDraft = {
  readonly name: string;
  readonly draft: DraftText;
  /** Where it stands; null: it came with the program. */
  readonly path: string | null;
};

/** A file of a person's own templates, as it was read. */
export type TemplateFile = {readonly name: string; readonly path: string; readonly text: string};

/** Own templates, and a sentence for each that could not be taken. */
export type OwnTemplates = {readonly templates: readonly NamedDraft[]; readonly problems: readonly string[]};

export const builtInTemplates: readonly NamedDraft[] = templates.map(({name, ...given}) => ({
  name,
  path: null,
  draft: {...emptyDraft, ...given},
}));

/**
 * Takes files as templates: those named `….json` are a value, all others are a draft as it stands in an editor (see
 * `draftFromText`); a `.txt` at the end is no part of the name. A damaged one is named and left out.
 */
export function readTemplates(files: readonly TemplateFile[]): OwnTemplates {
  const own: NamedDraft[] = [];
  const problems: string[] = [];
  for (const {name, path, text} of files) {
    try {
      own.push({name: name.replace(/\.txt$/, ''), path, draft: draftOfFile(name, text)});
    } catch (error) {
      problems.push(`The template ${path} is left out: ${(error as Error).message}`);
    }
  }
  return {templates: own, problems};
}

/** As a template is kept: the line end after the value belongs to the file, not to the value. */
export function templateText(draft: DraftText): string {
  return `${draftAsText(draft)}\n`;
}

/** What a file may be called in every file system; null: it may, else a sentence. */
export function problemOfName(name: string): string | null {
  if (name.trim() === '') return 'A template needs a name.';
  if (name.length > 100) return 'The name is too long (100 characters at most).';
  if (/[\p{Cc}\p{Cf}/\\:*?"<>|]/u.test(name)) return 'A name has none of / \\ : * ? " < > |.';
  return /^\.|\.json$|[. ]$/.test(name) ? 'A name neither begins nor ends with a dot, nor with .json.' : null;
}

/** The template of that name, a person's own before what came with the program; null: there is none. */
export function findTemplate(own: readonly NamedDraft[], name: string): NamedDraft | null {
  const all = [...own, ...builtInTemplates];
  const wanted = name.toLowerCase();
  return all.find(each => each.name === name) ?? all.find(each => each.name.toLowerCase() === wanted) ?? null;
}

function draftOfFile(name: string, text: string): DraftText {
  if (!name.endsWith('.json')) return draftFromText(text, emptyDraft);
  const value = text.replace(/\r?\n$/, '');
  // One that is JSON only once it is filled in is meant to be filled in.
  const check = checkJson(value);
  if (check.valid) return {...emptyDraft, value};
  if (checkJson(expandPlaceholders(value, nextPlaceholders(1, 0))).valid)
    return {...emptyDraft, value, expands: true};
  throw new Error(`${check.line}:${check.column} ${check.reason}.`);
}
