import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {connect, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {kafkaJars, type OldRelease} from './kafka-jars.ts';

export type KafkaOptions = {
  /** 1 (default) or 3, each broker and controller at once. */
  readonly nodes?: 1 | 3;
  /** Another release than the newest, from 3.3 on. */
  readonly release?: OldRelease;
  /** The first node's port; the others follow. Left out: free ports. */
  readonly port?: number;
  /** Further listeners of a single node beside the plain one, by their protocol: the port of each. */
  readonly listeners?: Readonly<Partial<Record<'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT', number>>>;
  /** Further lines of server.properties, the same for each node; they win over ours. */
  readonly properties?: Readonly<Record<string, string>>;
};

export type ToolResult = {readonly code: number | null; readonly stdout: string; readonly stderr: string};

/** Apache Kafka on this machine, started from the jars. Nodes are counted from 0. */
export type KafkaCluster = {
  /** `host:port` of each node. */
  readonly brokers: readonly string[];
  readonly bootstrap: string;
  /** SIGKILL, as when the machine loses power; the data stays. */
  kill(node?: number): Promise<void>;
  /** Starts a killed node again, on the same port with the same data, and waits until it answers. */
  start(node?: number): Promise<void>;
  /** SIGSTOP and SIGCONT: it is there, and does not answer. */
  freeze(node?: number): void;
  thaw(node?: number): void;
  /** ms from starting the processes, with the storage laid out, until all answered. */
  readonly startMs: number;
  /** The process of a running node, to look at what it takes of the machine. */
  pid(node?: number): number;
  /** Ends it in order and removes its data. */
  stop(): Promise<void>;
  /** Runs one of Apache's own command line classes. */
  tool(className: string, args: readonly string[], stdin?: string): Promise<ToolResult>;
};

const startDeadline = 90_000;
const clusterId = '5L6g3nShT-eMCtK--X86sw';
const java = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx512m', '-Dslf4j.internal.verbosity=ERROR'];

export async function startKafka(options: KafkaOptions = {}): Promise<KafkaCluster> {
  const classpath = join(kafkaJars(options.release), '*');
  const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-kafka-'));
  const count = options.nodes ?? 1;
  const ports = options.port
    ? Array.from({length: count}, (_, node) => options.port! + node)
    : await freePorts(count);
  const controllers = await freePorts(count);
  const voters = controllers.map((port, node) => `${node + 1}@127.0.0.1:${port}`).join(',');
  const nodes = ports.map(
    (port, node) => new Node(node, port, controllers[node]!, voters, folder, classpath, options),
  );
  removeAtExit(nodes, folder);
  for (const node of nodes) node.format();
  const began = performance.now();
  await Promise.all(nodes.map(node => node.start()));
  const startMs = performance.now() - began;
  return {
    startMs,
    brokers: ports.map(port => `127.0.0.1:${port}`),
    bootstrap: ports.map(port => `127.0.0.1:${port}`).join(','),
    kill: (node = 0) => nodes[node]!.end('SIGKILL'),
    start: (node = 0) => nodes[node]!.start(),
    freeze: (node = 0) => nodes[node]!.signal('SIGSTOP'),
    thaw: (node = 0) => nodes[node]!.signal('SIGCONT'),
    pid: (node = 0) => nodes[node]!.pid,
    async stop() {
      await Promise.all(nodes.map(node => node.end('SIGTERM')));
      rmSync(folder, {recursive: true, force: true});
    },
    tool: kafkaTool,
  };
}

class Node {
  readonly #port: number;
  readonly #properties: string;
  readonly #classpath: string;
  readonly #lastLines: string[] = [];
  #child: ChildProcess | null = null;

  constructor(
    node: number,
    port: number,
    controllerPort: number,
    voters: string,
    folder: string,
    classpath: string,
    options: KafkaOptions,
  ) {
    this.#port = port;
    this.#classpath = classpath;
    const home = join(folder, String(node));
    mkdirSync(home);
    this.#properties = join(home, 'server.properties');
    const replication = String(options.nodes ?? 1);
    const more = Object.entries(options.listeners ?? {});
    const listeners = [
      `PLAINTEXT://127.0.0.1:${port}`,
      `CONTROLLER://127.0.0.1:${controllerPort}`,
      ...more.map(([protocol, at]) => `${protocol}://127.0.0.1:${at}`),
    ];
    const protocols = ['PLAINTEXT', ...more.map(([protocol]) => protocol)];
    const lines = {
      'process.roles': 'broker,controller',
      'node.id': String(node + 1),
      'controller.quorum.voters': voters,
      listeners: listeners.join(),
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': `CONTROLLER:PLAINTEXT,${protocols.map(each => `${each}:${each}`).join()}`,
      'offsets.topic.replication.factor': replication,
      'offsets.topic.num.partitions': '1',
      'transaction.state.log.replication.factor': replication,
      'transaction.state.log.min.isr': '1',
      'transaction.state.log.num.partitions': '1',
      'share.coordinator.state.topic.replication.factor': replication,
      'share.coordinator.state.topic.min.isr': '1',
      'group.initial.rebalance.delay.ms': '0',
      'log.cleaner.dedupe.buffer.size': '2097152',
      'log.dirs': join(home, 'data'),
      ...options.properties,
    };
    writeFileSync(
      this.#properties,
      Object.entries(lines)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('The node does not run.');
    return this.#child.pid;
  }

  format(): void {
    const args = [...java, '-cp', this.#classpath, 'kafka.tools.StorageTool', 'format', '-t', clusterId];
    const {status, stderr, stdout} = spawnSync('java', [...args, '-c', this.#properties], {encoding: 'utf8'});
    if (status !== 0) throw new Error(`Apache Kafka could not format its storage:\n${stdout}\n${stderr}`);
  }

  async start(): Promise<void> {
    const child = spawn('java', [...java, '-cp', this.#classpath, 'kafka.Kafka', this.#properties], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#lastLines.push(...text.split('\n'));
        this.#lastLines.splice(0, this.#lastLines.length - 30);
      });
    }
    const until = Date.now() + startDeadline;
    while (!(await answersApiVersions(this.#port))) {
      if (child.exitCode !== null || Date.now() > until) {
        throw new Error(
          `Apache Kafka did not come up on port ${this.#port} within ${startDeadline / 1000} s:\n${this.#lastLines.join('\n')}`,
        );
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise(resolve => child.once('exit', resolve));
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(force);
  }
}

/** Children must not outlive the tests that started them, however these end. */
function removeAtExit(nodes: readonly Node[], folder: string): void {
  process.once('exit', () => {
    for (const node of nodes) node.signal('SIGKILL');
    rmSync(folder, {recursive: true, force: true});
  });
}

/** Asks ApiVersions v0: a broker that answers it has caught up and is ready, an open port says little. */
export function answersApiVersions(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const request = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff]);
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2000, () => done(false));
    socket.once('data', data => done(data.readInt32BE(4) === 7));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({length: count}, async () => {
      const server = createServer();
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map(server => (server.address() as {port: number}).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}

/** Runs one of Apache's own command line classes from the jars. */
export function kafkaTool(className: string, args: readonly string[], stdin?: string): Promise<ToolResult> {
  const classpath = join(kafkaJars(), '*');
  return new Promise((resolve, reject) => {
    const child = spawn('java', [...java, '-cp', classpath, className, ...args], {timeout: 60_000});
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', code => resolve({code, stdout, stderr}));
    child.stdin.end(stdin ?? '');
  });
}
