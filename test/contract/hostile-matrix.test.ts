import {createServer, type Server, type ServerResponse} from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import {join} from 'node:path';
import {afterAll, expect, it} from 'vitest';
import {handlerFile} from '../handlers/support/runs.ts';
import {type Line, positions, run} from '../support/program.ts';
import {describeOnBrokers} from './support/brokers.ts';

/** What is expected of the bad message: a failure that says so, or a success; or a sentence before anything begins. */
type Expected =
  | {readonly fails: RegExp; readonly permanent: boolean}
  | {readonly processed: RegExp | null}
  | {readonly refused: RegExp};

type Evil = 'hangs' | 'dies in the middle of a line' | 'answers nonsense' | 'prints megabytes' | 'is missing';
type Case = {readonly flag: string; readonly code: string | Promise<string>; readonly expected: Expected};
type Kind = 'module' | 'exec' | 'exec-lines' | 'forward' | 'schema';

const node = process.execPath;
const megabytes = 5_000_000;
/** What hangs does so for ever; what does not takes far less, also where a program is started for each on a busy machine. */
const timeoutOf = (evil: Evil) => (evil === 'hangs' ? '5s' : '30s');

const moduleOf = (body: string) =>
  handlerFile(`export function processMessage({value}) { if (!value.bad) return; ${body} }`);
const programOf = (body: string) =>
  `${node} ${handlerFile(
    `import {readFileSync} from 'node:fs';
     if (JSON.parse(readFileSync(0, 'utf8')).bad) { ${body} }`,
    'program.mjs',
  )}`;
const linesOf = (body: string) =>
  `${node} ${handlerFile(
    `import {createInterface} from 'node:readline';
     for await (const line of createInterface({input: process.stdin})) {
       if (JSON.parse(line).value.bad) { ${body} } else console.log('{"status":"ok"}');
     }`,
    'program.mjs',
  )}`;
const schemaOf = (schema: string) => handlerFile(schema, 'schema.json');
const nowhere = join(import.meta.dirname, 'is-not-there');
const good = {type: 'object', properties: {bad: {const: false}}};

/** The bad one has a text that matches some patterns in more ways than anybody can try. */
const notification = (bad: boolean) => JSON.stringify({bad, text: bad ? `${'a'.repeat(60)}!` : 'a'});

/** Kind × evil. A schema runs no code of anybody's: its evils are in the file, as a pattern that never comes to an end. */
const matrix: Record<Kind, Record<Evil, () => Case>> = {
  module: {
    hangs: () => ({
      flag: '--handler',
      code: moduleOf('for (;;);'),
      expected: {fails: /timeout/, permanent: false},
    }),
    'dies in the middle of a line': () => ({
      flag: '--handler',
      code: moduleOf(`process.stdout.write('half a li'); process.exit(3);`),
      expected: {fails: /exit/, permanent: false},
    }),
    'answers nonsense': () => ({
      flag: '--handler',
      code: moduleOf(`throw {toString() { throw 1; }, get name() { throw 2; }, permanent: 'perhaps'};`),
      expected: {fails: /thrown|cannot be read|unreadable/, permanent: false},
    }),
    'prints megabytes': () => ({
      flag: '--handler',
      code: moduleOf(`console.log('x'.repeat(${megabytes}));`),
      expected: {processed: /^x+.*more characters/s},
    }),
    'is missing': () => ({
      flag: '--handler',
      code: `${nowhere}.ts`,
      expected: {refused: /is-not-there\.ts/},
    }),
  },
  exec: {
    hangs: () => ({
      flag: '--exec',
      code: programOf('setInterval(() => {}, 1000); await new Promise(() => {});'),
      expected: {fails: /timeout/, permanent: false},
    }),
    'dies in the middle of a line': () => ({
      flag: '--exec',
      code: programOf(`process.stderr.write('half a li'); process.kill(process.pid, 'SIGKILL');`),
      expected: {fails: /SIGKILL.*half a li/s, permanent: false},
    }),
    'answers nonsense': () => ({
      flag: '--exec',
      code: programOf(
        `process.stdout.write(Buffer.from([0xff, 0x00, 0x1b, 0x5b, 0x32, 0x4a])); process.exit(250);`,
      ),
      expected: {fails: /exit 250/, permanent: true},
    }),
    'prints megabytes': () => ({
      flag: '--exec',
      code: programOf(`process.stdout.write('x'.repeat(${megabytes}));`),
      expected: {processed: /^x+… .* more$/s},
    }),
    'is missing': () => ({flag: '--exec', code: nowhere, expected: {refused: /is-not-there/}}),
  },
  'exec-lines': {
    hangs: () => ({
      flag: '--exec-lines',
      code: linesOf('setInterval(() => {}, 1000); await new Promise(() => {});'),
      expected: {fails: /timeout/, permanent: false},
    }),
    'dies in the middle of a line': () => ({
      flag: '--exec-lines',
      code: linesOf(`process.stdout.write('{"status":'); process.kill(process.pid, 'SIGKILL');`),
      expected: {fails: /SIGKILL.*in the middle of a line/s, permanent: false},
    }),
    'answers nonsense': () => ({
      flag: '--exec-lines',
      code: linesOf(`console.log('all is well');`),
      expected: {fails: /nonsense.*all is well/s, permanent: false},
    }),
    'prints megabytes': () => ({
      flag: '--exec-lines',
      code: linesOf(
        `await new Promise(done => process.stderr.write('x'.repeat(${megabytes}), done)); console.log('{"status":"ok"}');`,
      ),
      expected: {processed: /^x+/},
    }),
    'is missing': () => ({flag: '--exec-lines', code: nowhere, expected: {refused: /is-not-there/}}),
  },
  forward: {
    hangs: () => ({
      flag: '--forward',
      code: served(() => {}),
      expected: {fails: /timeout/, permanent: false},
    }),
    'dies in the middle of a line': () => ({
      flag: '--forward',
      code: served(response => {
        response.write('half a li');
        setImmediate(() => response.destroy());
      }),
      expected: {fails: /ECONNRESET|closed the connection/, permanent: false},
    }),
    'answers nonsense': () => ({
      flag: '--forward',
      code: answeringNonsense(),
      expected: {fails: /HPE_/, permanent: false},
    }),
    'prints megabytes': () => ({
      flag: '--forward',
      code: served(response => void response.end('x'.repeat(megabytes))),
      expected: {processed: /^x+… .* more$/s},
    }),
    'is missing': () => ({
      flag: '--forward',
      code: 'http://127.0.0.1:1/hook',
      expected: {fails: /ECONNREFUSED.*nothing listens there/s, permanent: false},
    }),
  },
  schema: {
    hangs: () => ({
      flag: '--schema',
      code: schemaOf(JSON.stringify({properties: {text: {pattern: '^(a+)+$'}}})),
      expected: {fails: /timeout/, permanent: true},
    }),
    'dies in the middle of a line': () => ({
      flag: '--schema',
      code: schemaOf('{"type": "object", "prop'),
      expected: {refused: /schema\.json cannot be read/},
    }),
    'answers nonsense': () => ({
      flag: '--schema',
      code: schemaOf('{"type": "nonsense"}'),
      expected: {refused: /no usable JSON Schema/},
    }),
    'prints megabytes': () => ({
      flag: '--schema',
      code: schemaOf(JSON.stringify({...good, description: 'x'.repeat(megabytes)})),
      expected: {fails: /invalid.*\/bad/s, permanent: true},
    }),
    'is missing': () => ({flag: '--schema', code: `${nowhere}.json`, expected: {refused: /no such file/}}),
  },
};

const kinds = Object.keys(matrix) as Kind[];
const evils = Object.keys(matrix.module) as Evil[];
const servers: (Server | TcpServer)[] = [];
const sockets = new Set<Socket>();

/** The address of a server that processes what is good, and does this to the rest. */
function served(toTheBad: (response: ServerResponse) => void): Promise<string> {
  return listen(
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (JSON.parse(Buffer.concat(chunks).toString()).bad) toTheBad(response);
        else response.end();
      });
    }),
  );
}

/** One that speaks no HTTP about the bad one. */
function answeringNonsense(): Promise<string> {
  return listen(
    createTcpServer(socket => {
      socket.on('error', () => {});
      socket.on('data', chunk => {
        socket.write(
          chunk.toString().includes('"bad":true') ? 'all is well\r\n\r\n' : 'HTTP/1.1 204 No Content\r\n\r\n',
        );
      });
    }),
  );
}

async function listen(server: Server | TcpServer): Promise<string> {
  server.on('connection', (socket: Socket) => sockets.add(socket));
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

describeOnBrokers('processing code that', broker => {
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  const cases = evils.flatMap(evil => kinds.map(kind => ({evil, kind})));
  it.each(cases)('$evil ($kind) becomes an outcome or a clear error, never the end', async ({evil, kind}) => {
    const {flag, code, expected} = matrix[kind][evil]();
    const topic = await broker.freshTopic({partitions: 2});
    const group = `group-${topic}`;
    // The middle one of partition 0 is bad; partition 1 is none of its business.
    await broker.produce(
      topic,
      [0, 1].flatMap(partition =>
        [0, 1, 2].map(offset => ({partition, value: notification(partition === 0 && offset === 1)})),
      ),
    );
    const {
      code: exit,
      lines,
      stderr,
    } = await run([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', group],
      ...['--from', 'beginning', '--until-end', '--retries', '0', '--on-failure', 'skip'],
      ...['--timeout', timeoutOf(evil), flag, await code],
    ]);
    expect(stderr).not.toContain('    at ');
    expect(stderr).not.toContain('Something went wrong');

    if ('refused' in expected) {
      expect(stderr).toMatch(expected.refused);
      expect(exit).toBe(2);
      expect(lines).toEqual([]);
      return;
    }
    // Nothing listening is nothing for the good ones either.
    const isAway = kind === 'forward' && evil === 'is missing';
    const bad = lines.filter(
      line => line.status !== 'committed' && line.partition === 0 && line.offset === '1',
    );
    if (!isAway) {
      expect(
        positions(lines, 'processed')
          .filter(at => at !== '0@1')
          .sort(),
      ).toEqual([...['0@0', '0@2', '1@0', '1@1', '1@2']]);
    }
    expect(await broker.committed(group, topic)).toEqual(['3', '3']);
    if ('processed' in expected) {
      expect(statuses(bad)).toEqual(['processed']);
      expect(exit).toBe(0);
      if (expected.processed) expect(bad[0]!.output).toMatch(expected.processed);
      expect(String(bad[0]!.output).length).toBeLessThan(70_000);
      return;
    }
    expect(exit).toBe(1);
    expect(statuses(bad)).toEqual(['failed', 'skipped']);
    expect(JSON.stringify(bad[0])).toMatch(expected.fails);
    expect(bad[0]!.error).toMatchObject({permanent: expected.permanent});
  });
});

const statuses = (lines: readonly Line[]) =>
  lines.map(line => line.status).filter(each => each !== 'committed');
