import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const version = 'v1.22.2';
const tested = 'github.com/twmb/franz-go/pkg/kgo';
const folder = join(import.meta.dirname, '..', '..', '..', '..', '.cache', 'franz-go', version);
/** It may have to fetch the sources and a newer Go, and compiles them on what the machine leaves. */
const buildDeadline = 8 * 60_000;

/**
 * The program that franz-go's own client tests are, built from the Go module proxy on the first call; or why not. Go is no
 * requirement, also not where Kafka is: a machine without it skips this judge, with the reason.
 */
export function franzGoTests(): {readonly program: string} | {readonly reason: string} {
  const program = join(folder, 'kgo.test');
  if (existsSync(program)) return {program};
  if (spawnSync('go', ['version']).status !== 0) return {reason: 'there is no go on this machine'};
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, 'go.mod'), 'module judge\n');
  console.error('Building the client tests of franz-go (once) …');
  const built = `${program}.${process.pid}`;
  for (const args of [
    ['get', '-t', `${tested}@${version}`],
    ['test', '-c', '-o', built, tested],
  ]) {
    const {status, stderr} = spawnSync('go', args, {cwd: folder, encoding: 'utf8', timeout: buildDeadline});
    if (status !== 0) return {reason: `franz-go cannot be built here: ${stderr.trim().split('\n').at(-1)}`};
  }
  renameSync(built, program);
  return {program};
}
