import {globSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeAll, expect, it} from 'vitest';
import {runForText} from '../support/program.ts';
import {Terminal} from '../terminal/support/terminal.ts';
import {describeOnBrokers} from './support/brokers.ts';

/** One for each place where a secret can be given. */
const secrets = {
  'the password in the environment': 'secret-environment-7f3a',
  'the password in .env': 'secret-dot-env-7f3a',
  'the password in an address of a broker': 'secret-broker-7f3a',
  'the user name in an address to forward to': 'secret-user-7f3a',
  'the password in an address to forward to': 'secret-forward-7f3a',
  'the token in an address to forward to': 'secret-token-7f3a',
  'the token in a redirect': 'secret-redirect-7f3a',
  'the cookie of an answer': 'secret-cookie-7f3a',
} as const;

describeOnBrokers('a secret', broker => {
  let topic: string;
  let forward: string;
  let folder: string;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, [{value: '{"n":1}'}]);
    const server = createServer((_, response) => {
      const Location = `https://user:${secrets['the token in a redirect']}@there/in?token=${secrets['the token in a redirect']}`;
      response.writeHead(307, {Location, 'Set-Cookie': `s=${secrets['the cookie of an answer']}`}).end();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const user = `${secrets['the user name in an address to forward to']}:${secrets['the password in an address to forward to']}`;
    const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    forward = `http://${user}@${at}/hook?token=${secrets['the token in an address to forward to']}`;
    folder = mkdtempSync(join(tmpdir(), 'kafka-notify-secrets-'));
    mkdirSync(join(folder, 'here'));
    writeFileSync(
      join(folder, 'here', '.env'),
      `KAFKA_SASL_USERNAME=person\nKAFKA_SASL_PASSWORD="${secrets['the password in .env']}"\n`,
    );
    environment = {
      KAFKA_NOTIFY_STATE_DIR: join(folder, 'state'),
      KAFKA_NOTIFY_CONFIG_DIR: join(folder, 'configuration'),
      KAFKA_NOTIFY_DEBUG: '1',
    };
    const deadLetters = ['topic', `${topic}-dlt`, '--partitions', '1', '--brokers', broker.bootstrap()];
    expect((await runForText(deadLetters, environment)).code).toBe(0);
    return () => {
      server.closeAllConnections();
      server.close();
    };
  });

  /** Every place that this was given to, or nothing. */
  function expectNoSecret(where: string, text: string): void {
    for (const [place, secret] of Object.entries(secrets)) {
      if (text.includes(secret)) expect.fail(`${place} stands in ${where}:\n${text}`);
    }
  }

  /** TOPIC stands for the topic of this broker, GROUP for a group of its own in each run. */
  const commands: readonly (readonly string[])[] = [
    ['topic', 'TOPIC'],
    ['publish', '--topic', 'TOPIC'],
    [
      'consume',
      '--topic',
      'TOPIC',
      '--group',
      'GROUP',
      '--from',
      'beginning',
      '--until-end',
      '--retries',
      '0',
    ],
    ['redrive', '--topic', 'TOPIC-dlt'],
    ['rewind', '--topic', 'TOPIC', '--group', 'TOPIC-1', '--to', 'beginning'],
    ['groups'],
    ['groups', 'TOPIC-1'],
    ['peek', '--topic', 'TOPIC'],
    ['doctor', '--topic', 'TOPIC'],
  ];
  let groups = 0;
  const named = (args: readonly string[]) =>
    args.map(word => word.replace('TOPIC', topic).replace('GROUP', () => `${topic}-${++groups}`));
  const signingIn = (password: Record<string, string>) => ({
    KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
    KAFKA_SASL_USERNAME: 'person',
    ...password,
  });

  it.each(commands)('is in nothing that %s prints or keeps', async (...args) => {
    const inEnvironment = {KAFKA_SASL_PASSWORD: secrets['the password in the environment']};
    const here = join(folder, 'here');
    const run = (more: readonly string[], env: Readonly<Record<string, string>>) =>
      runForText([...named(args), ...more], {...environment, KAFKA_NOTIFY_FORWARD: forward, ...env}, here);
    const at = ['--brokers', broker.bootstrap()];
    const ended = await Promise.all([
      run(at, inEnvironment),
      run(at, signingIn(inEnvironment)),
      run(at, signingIn({})),
      run(['--brokers', `u:${secrets['the password in an address of a broker']}@127.0.0.1:1`], {}),
      run(['--unknown', forward, ...at], {}),
      ...(args[0] === 'consume'
        ? [
            run(['--forward', forward, ...at], {}),
            run([...at, '--forward', `${forward}%`.replace('@', '%zz@')], {}),
          ]
        : []),
    ]);
    for (const {stdout, stderr} of ended) {
      expect(stdout + stderr).not.toBe('');
      expectNoSecret(args.join(' '), stdout + stderr);
    }
    expectNoSecret('a file', keptFiles());
  });

  it('is on no screen of the interface, and in no file that it keeps', async () => {
    const terminal = new Terminal(
      [
        ...['--brokers', broker.bootstrap(), '--topic', topic, '--group', `${topic}-2`],
        ...['--from', 'beginning', '--retries', '0', '--forward', forward],
      ],
      {
        columns: 160,
        rows: 45,
        stateFolder: join(folder, 'state'),
        workingFolder: join(folder, 'here'),
        environment: {...environment, KAFKA_SASL_PASSWORD: secrets['the password in the environment']},
      },
    );
    await terminal.waitFor('TOPIC');
    terminal.press('x');
    await terminal.waitFor('HTTP 307');
    await terminal.waitFor('held 1');
    terminal.press('h');
    await terminal.waitFor(/▸✗ held/);
    terminal.press('enter');
    for (const view of ['json', 'raw', 'hex', 'headers', 'attempts', 'life']) {
      await terminal.waitFor(() => terminal.isInverted(` ${view} `));
      terminal.press('tab');
    }
    terminal.press('\u0003');
    await terminal.exit;
    const output = terminal.output().toString();
    // It has been there, without what is secret.
    expect(output).toContain('https://there/in');
    expectNoSecret('the screen', output);
    expectNoSecret('a file', keptFiles());
  }, 60_000);

  /** All that was kept in the state and the configuration folder. */
  function keptFiles(): string {
    return ['state', 'configuration']
      .flatMap(name => globSync(join(folder, name, '**')))
      .filter(path => statSync(path).isFile() && !path.includes('compiled'))
      .map(path => `${path}\n${readFileSync(path, 'latin1')}`)
      .join('\n');
  }
});
