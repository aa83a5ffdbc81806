import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';

/** All temporary folders of a run, and of the programs that it starts, stand in one, which goes with its end. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, {recursive: true, force: true, maxRetries: 10});
}
