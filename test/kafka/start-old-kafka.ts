import {type ChildProcess, spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {kafkaJars, type OldRelease} from './kafka-jars.ts';
import {answersApiVersions, freePorts} from './start-kafka.ts';

export type OldKafka = {
  readonly bootstrap: string;
  /** Ends it and its ZooKeeper, and removes their data. */
  stop(): Promise<void>;
};

const startDeadline = 120_000;
const java = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx256m'];
/** The last release whose jars bring a ZooKeeper that Java 17 runs: older clients of it cannot read addresses there. */
const withZooKeeper: OldRelease = {version: '2.8.2', scala: '2.13'};

/** One node of an Apache Kafka that still needed ZooKeeper (before 3.3), with one. Three partitions are its default. */
export async function startOldKafka(release: OldRelease): Promise<OldKafka> {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-old-kafka-'));
  const [port, zooKeeperPort] = (await freePorts(2)) as [number, number];
  const zooKeeperJars = kafkaJars(withZooKeeper);
  const clients = readdirSync(zooKeeperJars).filter(name => /^zookeeper.*\.jar$/.test(name));
  const properties = join(folder, 'server.properties');
  mkdirSync(join(folder, 'zookeeper'));
  writeFileSync(properties, settings(port, zooKeeperPort, join(folder, 'data')));
  const children: ChildProcess[] = [];
  const lines: string[] = [];
  const run = (classpath: readonly string[], args: readonly string[]) => {
    const child = spawn('java', [...java, '-cp', classpath.join(':'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        lines.push(...text.split('\n'));
        lines.splice(0, lines.length - 30);
      });
    children.push(child);
    return child;
  };
  const kill = (signal: NodeJS.Signals) => {
    for (const child of children) child.kill(signal);
  };
  process.once('exit', () => {
    kill('SIGKILL');
    rmSync(folder, {recursive: true, force: true});
  });
  run(
    [join(zooKeeperJars, '*')],
    [
      // Its admin server would take port 8080 for itself.
      '-Dzookeeper.admin.enableServer=false',
      'org.apache.zookeeper.server.ZooKeeperServerMain',
      String(zooKeeperPort),
      join(folder, 'zookeeper'),
    ],
  );
  const node = run(
    [...clients.map(name => join(zooKeeperJars, name)), join(kafkaJars(release), '*')],
    ['kafka.Kafka', properties],
  );
  await comesUp(node, port, lines);
  return {
    bootstrap: `127.0.0.1:${port}`,
    async stop() {
      kill('SIGKILL');
      await Promise.all(children.map(ended));
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

function settings(port: number, zooKeeperPort: number, data: string): string {
  const values = {
    'broker.id': '1',
    listeners: `PLAINTEXT://127.0.0.1:${port}`,
    'zookeeper.connect': `127.0.0.1:${zooKeeperPort}`,
    'zookeeper.connection.timeout.ms': '60000',
    'zookeeper.session.timeout.ms': '60000',
    'num.partitions': '3',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'log.cleaner.dedupe.buffer.size': '2097152',
    'log.dirs': data,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

async function comesUp(node: ChildProcess, port: number, lines: readonly string[]): Promise<void> {
  const until = Date.now() + startDeadline;
  while (!((await isOpen(port)) && (await answersApiVersions(port)))) {
    if (node.exitCode !== null || Date.now() > until)
      throw new Error(`The old Kafka did not come up on port ${port}:\n${lines.join('\n')}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function ended(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise(resolve => child.once('exit', resolve));
}
