import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';
import {missing, pythonWith} from '../../../kafka/requirements.ts';

/** A program that takes a broker's address as its first argument and ends with the line "done"; or why there is none. */
export type Judge =
  | {readonly command: string; readonly before: readonly string[]; readonly after: readonly string[]}
  | {readonly reason: string};

const here = import.meta.dirname;
const cache = join(here, '..', '..', '..', '..', '.cache');
/** It may have to fetch sources and a newer toolchain, and compiles them on what the machine leaves. */
const buildDeadline = 8 * 60_000;

const platformatic = {1: '1.35.0', 2: '2.12.1'} as const;
const python = {'kafka-python': '3.0.12', aiokafka: '0.14.0'} as const;

/** Clients of other people, each with what makes its judge ready on the first call. */
export const otherClients: readonly {readonly name: string; readonly judge: () => Judge}[] = [
  {name: `@platformatic/kafka ${platformatic[1]}`, judge: () => platformaticJudge(1)},
  {name: `@platformatic/kafka ${platformatic[2]}`, judge: () => platformaticJudge(2)},
  {name: `kafka-python ${python['kafka-python']}`, judge: () => pythonJudge('kafka_python_judge.py')},
  {name: `aiokafka ${python.aiokafka}`, judge: () => pythonJudge('aiokafka_judge.py')},
  {name: 'kafka-go (segmentio)', judge: () => goJudge('kafkago')},
  {name: 'sarama (IBM)', judge: () => goJudge('sarama')},
  {name: 'rskafka', judge: rustJudge},
];

function platformaticJudge(major: keyof typeof platformatic): Judge {
  const versions = Object.values(platformatic);
  const folder = join(cache, 'platformatic', versions.join('-'));
  const installed = madeOnce(folder, making => {
    writeFileSync(join(making, 'package.json'), '{"private": true}\n');
    const names = versions.map(version => `platformatic-${version[0]}@npm:@platformatic/kafka@${version}`);
    const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
    return run('npm', ['install', ...quiet, ...names], making);
  });
  if (installed) return {reason: required(`@platformatic/kafka cannot be installed here: ${installed}`)};
  const entry = join(folder, 'node_modules', `platformatic-${major}`, 'dist', 'index.js');
  return {command: process.execPath, before: [join(here, 'platformatic_judge.mjs')], after: [entry]};
}

function pythonJudge(script: string): Judge {
  const made = pythonWith('python-clients', {
    'kafka-python[lz4,zstd,snappy]': python['kafka-python'],
    'aiokafka[lz4,zstd,snappy]': python.aiokafka,
  });
  if ('reason' in made) return made;
  return {command: made.python, before: [join(here, script)], after: []};
}

/** Go is no requirement, also not where Kafka is: a machine without it skips these judges, with the reason. */
function goJudge(program: string): Judge {
  if (spawnSync('go', ['version']).status !== 0) return {reason: 'there is no go on this machine'};
  const sources = join(here, 'go');
  const folder = join(cache, 'go-judges', hashOf(sources));
  const failed = madeOnce(folder, making => run('go', ['build', '-o', `${making}/`, './...'], sources));
  if (failed) return {reason: `the Go clients cannot be built here: ${failed}`};
  return {command: join(folder, program), before: [], after: []};
}

/** Compiling it takes minutes, so that is done only when asked for; once built it runs with the others. */
function rustJudge(): Judge {
  const sources = join(here, 'rust');
  const folder = join(cache, 'rskafka', hashOf(sources));
  if (!existsSync(folder) && process.env.BUILD_RSKAFKA !== '1') {
    return {reason: 'rskafka takes minutes to compile: BUILD_RSKAFKA=1 does it once'};
  }
  if (spawnSync('cargo', ['--version']).status !== 0) return {reason: 'there is no cargo on this machine'};
  const failed = madeOnce(folder, making => {
    cpSync(sources, making, {recursive: true});
    // What was compiled stays, so that a build that ran out of time goes on where it was.
    const compiled = join(cache, 'rskafka', 'target');
    const wrong = run('cargo', ['build', '--quiet', '--target-dir', compiled], making);
    if (wrong === null) cpSync(join(compiled, 'debug', 'judge'), join(making, 'judge'));
    return wrong;
  });
  if (failed) return {reason: `rskafka cannot be built here: ${failed}`};
  return {command: join(folder, 'judge'), before: [], after: []};
}

const failures = new Map<string, string>();

/** Makes what a folder in the cache holds, once; answers why it could not. A folder that is there is whole. */
function madeOnce(folder: string, make: (making: string) => string | null): string | null {
  if (existsSync(folder)) return null;
  const before = failures.get(folder);
  if (before) return before;
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, {recursive: true});
  console.error(`Making ${folder} (once) …`);
  const failed = make(making);
  if (failed === null) {
    renameSync(making, folder);
    return null;
  }
  rmSync(making, {recursive: true, force: true});
  failures.set(folder, failed);
  return failed;
}

function run(command: string, args: readonly string[], cwd: string): string | null {
  const {status, stderr, error} = spawnSync(command, args, {cwd, encoding: 'utf8', timeout: buildDeadline});
  return status === 0 ? null : (error?.message ?? stderr.trim().split('\n').at(-1) ?? `exit ${status}`);
}

function required(reason: string): string {
  missing(reason);
  return reason;
}

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, {recursive: true, encoding: 'utf8'}).sort()) {
    const path = join(folder, name);
    if (/\.(go|mod|sum|rs|toml)$/.test(name)) hash.update(name).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 12);
}
