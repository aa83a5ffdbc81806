import {mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import type {Shape} from './shapes.ts';

/** Writes the project into a folder of its own, whose path is answered. */
export function projectOf({files, links = {}}: Pick<Shape, 'files' | 'links'>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kafka-notify-project-')));
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), {recursive: true});
    writeFileSync(file, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
  }
  for (const [path, target] of Object.entries(links)) {
    const link = join(folder, path);
    mkdirSync(dirname(link), {recursive: true});
    symlinkSync(target, link);
  }
  return folder;
}
