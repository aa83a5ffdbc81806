import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';

const here = import.meta.dirname;
const cache = join(here, '..', '..', '.cache', 'kafka');

/** Maven may have to fetch a hundred jars over a slow line. */
const fetchDeadline = 15 * 60_000;

/** An older Apache Kafka, and the Scala that it was built with. */
export type OldRelease = {readonly version: string; readonly scala: '2.12' | '2.13'};

/**
 * The folder with Apache Kafka's jars, the newest or an old one; fetched through Maven on the first call, kept in the
 * project's cache. Two processes may fetch at once: each into a folder of its own, and the first to finish gives it its
 * name.
 */
export function kafkaJars(old?: OldRelease): string {
  const pom = join(here, old ? 'old-pom.xml' : 'pom.xml');
  const hash = createHash('sha256').update(readFileSync(pom));
  const name = hash
    .update(old ? JSON.stringify([old.version, old.scala]) : '')
    .digest('hex')
    .slice(0, 12);
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  const temporary = join(cache, `${name}.${process.pid}`);
  mkdirSync(temporary, {recursive: true});
  console.error(`Fetching Apache Kafka ${old ? `${old.version} ` : ''}through Maven (once) …`);
  const which = old ? [`-Dkafka.version=${old.version}`, `-Dkafka.scala=${old.scala}`] : [];
  const {status, stdout, stderr, error} = spawnSync(
    'mvn',
    ['-q', '-B', '-f', pom, ...which, 'dependency:copy-dependencies', `-DoutputDirectory=${temporary}`],
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
