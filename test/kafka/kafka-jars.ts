import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';

const here = import.meta.dirname;
const cache = join(here, '..', '..', '.cache', 'kafka');

/** Maven may have to fetch a hundred jars over a slow line. */
const fetchDeadline = 15 * 60_000;

/**
 * The folder with Apache Kafka's jars; fetched through Maven on the first call, kept in the project's cache. Two processes
 * may fetch at once: each into a folder of its own, and the first to finish gives it its name.
 */
export function kafkaJars(): string {
  const pom = join(here, 'pom.xml');
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const folder = join(cache, version);
  if (existsSync(folder)) return folder;
  const temporary = join(cache, `${version}.${process.pid}`);
  mkdirSync(temporary, {recursive: true});
  console.error('Fetching Apache Kafka through Maven (once) …');
  const {status, stdout, stderr, error} = spawnSync(
    'mvn',
    ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${temporary}`],
    {encoding: 'utf8', timeout: fetchDeadline},
  );
  if (status !== 0) {
    rmSync(temporary, {recursive: true, force: true});
    throw new Error(`Maven could not fetch Apache Kafka: ${error?.message ?? ''}\n${stdout}\n${stderr}`);
  }
  try {
    renameSync(temporary, folder);
  } catch {
    rmSync(temporary, {recursive: true, force: true});
  }
  return folder;
}
