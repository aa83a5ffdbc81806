import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import type {TestProject} from 'vitest/node';

/**
 * All temporary folders of a run, and of the programs that it starts, stand in one. It goes with the end of the run, unless
 * a test failed: then somebody will look into it.
 */
export default function setup({vitest}: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-tests-'));
  process.env.TMPDIR = folder;
  return () => {
    if (vitest.state.getCountOfFailedTests() === 0)
      rmSync(folder, {recursive: true, force: true, maxRetries: 10});
    else console.error(`What the tests left is in ${folder}.`);
  };
}
