import process from 'node:process';
import {type OwnTemplates, readTemplates} from '../session/templates.ts';
import {readTemplateFolder, templateFolder} from '../settings/template-folder.ts';

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
