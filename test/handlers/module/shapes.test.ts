import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {createHandler} from '../../../source/handlers/index.ts';
import {runOf} from '../support/runs.ts';
import {projectOf} from './support/project.ts';
import {shapes} from './support/shapes.ts';

describe('a handler in the shape of', () => {
  it.each(shapes)('$name', async shape => {
    const folder = projectOf(shape);
    const handler = await createHandler({kind: 'module', path: join(folder, shape.entry)}, {timeout: 10_000});
    onTestFinished(() => handler.close());
    const outcomes = await handler.handle(runOf(['{"to":"u"}', '{"to":"u","bad":1}']));
    expect(outcomes).toMatchObject([
      {status: 'processed', output: shape.prints ?? 'mail to u'},
      {status: 'failed', failure: {where: shape.throwsAt}},
    ]);
    const {stack} = (outcomes[1] as {failure: {stack: string}}).failure;
    expect(stack).not.toMatch(/jiti|source.handlers/);
    expect(stack).toContain(`${join(folder)}`);
  });
});
