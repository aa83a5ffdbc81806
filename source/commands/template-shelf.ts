import process from 'node:process';
import {
  builtInTemplates,
  findTemplate,
  type NamedDraft,
  type OwnTemplates,
  readTemplates,
} from '../session/templates.ts';
import {readTemplateFolder, templateFolder} from '../settings/template-folder.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {say} from './output.ts';

/** The folder of a person's own templates, as the flag `--templates` or the environment says. */
export function ownFolder(flag: unknown): string {
  return templateFolder(flag, process.env);
}

/** A person's own templates as they are now, and a sentence for each that could not be taken. */
export function ownTemplates(folder: string): OwnTemplates {
  const {files, problems} = readTemplateFolder(folder);
  const read = readTemplates(files);
  return {templates: read.templates, problems: [...problems, ...read.problems]};
}

/** The template that a flag names; null: none was named. Those that are damaged are told on stderr. */
export function templateNamed(name: unknown, folder: unknown): NamedDraft | null {
  if (typeof name !== 'string') return null;
  const found = findTemplate(toldOwn(folder), name);
  if (found) return found;
  throw new CommandError(
    `There is no template "${name}"; kafka-notify publish --list-templates prints them.`,
    exitCodes.wrongUse,
  );
}

/** All templates, a person's own first, each as one record. */
export function listTemplates(folder: unknown): Readonly<Record<string, unknown>>[] {
  return [...toldOwn(folder), ...builtInTemplates].map(({name, path, draft}) => {
    const {key, headers, partition, value, expands, raw} = draft;
    return {name, from: path ?? 'kafka-notify', key, headers, partition, value, placeholders: expands, raw};
  });
}

function toldOwn(folder: unknown): readonly NamedDraft[] {
  const {templates, problems} = ownTemplates(ownFolder(folder));
  for (const problem of problems) say(problem);
  return templates;
}
