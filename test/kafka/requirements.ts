import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';

/** A test needs something that the machine may lack. `reason` says what, for the one who reads the test's output. */
export type Availability = {readonly available: true} | {readonly available: false; readonly reason: string};

const available: Availability = {available: true};

/** In CI nothing may be missing: what is not there fails instead of being skipped. */
export function missing(reason: string): {readonly available: false; readonly reason: string} {
  if (process.env.REQUIRE_KAFKA === '1') throw new Error(`REQUIRE_KAFKA=1, and ${reason}`);
  return {available: false, reason};
}

/** Java 17 or newer and Maven, or a broker named in KAFKA_BOOTSTRAP_SERVERS. */
export function apacheKafka(): Availability {
  return process.env.KAFKA_BOOTSTRAP_SERVERS ? available : apacheTools();
}

/** Java 17 or newer and Maven, which bring Apache's own command line tools. */
export function apacheTools(): Availability {
  const java = spawnSync('java', ['-version'], {encoding: 'utf8'});
  if (java.error) return missing('there is no java on this machine (Apache Kafka needs 17 or newer)');
  const version = Number(/version "(\d+)/.exec(java.stderr)?.[1] ?? 0);
  if (version < 17) return missing(`java is version ${version}; Apache Kafka needs 17 or newer`);
  if (spawnSync('mvn', ['-v']).error)
    return missing('there is no Maven on this machine, which brings Apache Kafka');
  return available;
}

export function program(name: string): Availability {
  const {error} = spawnSync(name, ['-V'], {stdio: 'ignore'});
  return error ? missing(`the program ${name} is not installed`) : available;
}

/** A Python with confluent-kafka; made on the first call. Answers the interpreter's path. */
export function confluentKafka(): {readonly python: string} | {readonly reason: string} {
  return pythonWith('python', {'confluent-kafka': null});
}

/**
 * A Python with these packages and versions (null: any), in a virtual environment of that name in the project's cache; made on
 * the first call. Answers the interpreter's path.
 */
export function pythonWith(
  name: string,
  packages: Readonly<Record<string, string | null>>,
): {readonly python: string} | {readonly reason: string} {
  const folder = join(import.meta.dirname, '..', '..', '.cache', name);
  const python = join(folder, 'bin', 'python');
  const wanted = Object.entries(packages);
  const check = wanted.map(([each, version]) => {
    const found = `version('${each.replace(/\[.*/, '')}')`;
    return version === null ? found : `assert ${found} == '${version}'`;
  });
  const works = () =>
    spawnSync(python, ['-c', ['from importlib.metadata import version', ...check].join('\n')]).status === 0;
  if (existsSync(python) && works()) return {python};
  mkdirSync(folder, {recursive: true});
  const made = spawnSync('python3', ['-m', 'venv', folder], {encoding: 'utf8', timeout: 120_000});
  if (made.status === 0) {
    const asked = wanted.map(([each, version]) => (version === null ? each : `${each}==${version}`));
    spawnSync(python, ['-m', 'pip', 'install', '-q', ...asked], {timeout: 300_000});
    if (works()) return {python};
  }
  const reason = `Python with ${wanted.map(([each]) => each).join(' and ')} cannot be set up here`;
  missing(reason);
  return {reason};
}
