import {mkdirSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {configurationFolder} from './saved.ts';
import {writeNewWhole} from './whole-file.ts';

/** More than this is no draft that somebody wrote. */
const mostBytes = 1024 * 1024;
const mostFiles = 1000;
const utf8 = new TextDecoder('utf-8', {fatal: true});

/** Where own templates are: `--templates`, KAFKA_NOTIFY_TEMPLATES, or `templates` beside what is saved. */
export function templateFolder(
  flag: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (typeof flag === 'string' && flag !== '') return flag;
  return environment.KAFKA_NOTIFY_TEMPLATES || join(configurationFolder(environment), 'templates');
}

/** The folder's files with their texts, by name, and a sentence for each that cannot be read. */
export function readTemplateFolder(folder: string): {
  readonly files: readonly {readonly name: string; readonly path: string; readonly text: string}[];
  readonly problems: readonly string[];
} {
  const files: {name: string; path: string; text: string}[] = [];
  const problems: string[] = [];
  for (const name of namesIn(folder, problems)) {
    const path = join(folder, name);
    try {
      const found = statSync(path);
      if (!found.isFile()) continue;
      if (found.size > mostBytes) throw new Error(`it has ${found.size} bytes, and ${mostBytes} at most`);
      files.push({name, path, text: utf8.decode(readFileSync(path))});
    } catch (error) {
      const {code, message} = error as NodeJS.ErrnoException;
      const reason = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : message;
      problems.push(`The template ${path} is left out: ${reason}.`);
    }
  }
  return {files, problems};
}

/** Keeps a template; answers where. Throws a sentence, also where one of that name is there: none is overwritten. */
export function writeTemplate(folder: string, name: string, text: string): string {
  const path = join(folder, `${name}.txt`);
  try {
    mkdirSync(folder, {recursive: true, mode: 0o700});
    writeNewWhole(path, text);
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Error(`There is a template "${name}" already; choose another name.`);
    throw new Error(`The template cannot be written: ${(error as Error).message}`);
  }
}

function namesIn(folder: string, problems: string[]): string[] {
  try {
    const names = readdirSync(folder).filter(name => !name.startsWith('.') && !name.endsWith('~'));
    if (names.length > mostFiles)
      problems.push(`Only the first ${mostFiles} templates of ${folder} are read.`);
    return names.sort().slice(0, mostFiles);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      problems.push(`The templates in ${folder} cannot be read: ${(error as Error).message}`);
    return [];
  }
}
