import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {Handler} from '../../../../source/flow/handler.ts';
import {createHandler} from '../../../../source/handlers/index.ts';
import {projectOf} from './project.ts';
import type {Shape} from './shapes.ts';

export type Loaded = {
  readonly handler: Handler;
  readonly folder: string;
  /** What the person was told until now. */
  readonly notices: string[];
};

/** A project's handler, ended with the test. */
export async function load(
  project: Pick<Shape, 'files' | 'links' | 'entry'>,
  timeout = 10_000,
): Promise<Loaded> {
  const folder = projectOf(project);
  const notices: string[] = [];
  const handler = await createHandler(
    {kind: 'module', path: join(folder, project.entry)},
    {timeout, onNotice: text => void notices.push(text)},
  );
  onTestFinished(() => handler.close());
  return {handler, folder, notices};
}
