import {mkdtempSync, readdirSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {runForText} from '../support/program.ts';
import {Terminal} from '../terminal/support/terminal.ts';
import {answer, offers, startStranger} from './support/stranger.ts';

const password = 'correct-horse-battery';
const credentials = {KAFKA_SASL_USERNAME: 'person', KAFKA_SASL_PASSWORD: password};
/** No error, and one mechanism. */
const offersPlain = Buffer.from('0000 00000001 0005 504c41494e'.replaceAll(' ', ''), 'hex');

describe("a folder's .env that names a server", () => {
  let folder: string;
  let configuration: string;
  let heard: Buffer[];
  let address: string;

  beforeAll(async () => {
    const stranger = await startStranger({
      connected: socket => socket.on('data', bytes => heard.push(bytes)),
      asked: (asked, socket) => {
        if (asked.apiKey === 18) socket.write(offers(asked));
        else if (asked.apiKey === 17) socket.write(answer(asked, offersPlain));
        else socket.destroy();
      },
    });
    address = stranger.address;
    return () => stranger.stop();
  });

  beforeEach(() => {
    heard = [];
    folder = mkdtempSync(join(tmpdir(), 'kafka-notify-cloned-'));
    configuration = mkdtempSync(join(tmpdir(), 'kafka-notify-configuration-'));
    writeFile();
  });

  function writeFile(more = ''): void {
    const text = `KAFKA_BOOTSTRAP_SERVERS=${address}\nKAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT\nKAFKA_SASL_MECHANISM=PLAIN\n${more}`;
    writeFileSync(join(folder, '.env'), text);
  }

  const run = (args: readonly string[], environment = credentials) =>
    runForText(args, {...environment, KAFKA_NOTIFY_CONFIG_DIR: configuration}, folder);
  const isPasswordHeard = () => Buffer.concat(heard).includes(password);

  it('does not get the credentials of the environment, and each command says why', async () => {
    const commands = [
      ['topic', 't'],
      ['publish', '--topic', 't'],
      ['consume', '--topic', 't'],
      ['peek', '--topic', 't'],
      ['groups'],
      ['doctor'],
    ];
    const ended = await Promise.all(commands.map(args => run(args)));
    for (const [at, {code, stdout, stderr}] of ended.entries()) {
      expect(code, commands[at]!.join(' ')).toBe(2);
      expect(stderr).toContain(`KAFKA_BOOTSTRAP_SERVERS=${address}`);
      expect(stderr).toContain('--trust-env-file');
      expect(stdout + stderr).not.toContain(password);
    }
    expect(heard).toEqual([]);
  });

  it('gets them where the person says so, or where they are its own', async () => {
    await run(['topic', 't', '--trust-env-file']);
    expect(isPasswordHeard()).toBe(true);
    heard = [];
    writeFile(`KAFKA_SASL_USERNAME=person\nKAFKA_SASL_PASSWORD=${password}\n`);
    await run(['topic', 't'], {KAFKA_SASL_USERNAME: '', KAFKA_SASL_PASSWORD: ''});
    expect(isPasswordHeard()).toBe(true);
  });

  it('is asked about before the interface opens; a yes holds for that content in that place, and no is the default', async () => {
    const open = () => {
      const environment = {...credentials, KAFKA_NOTIFY_CONFIG_DIR: configuration};
      return new Terminal(['--topic', 't'], {environment, workingFolder: folder, columns: 160});
    };
    const refused = open();
    await refused.waitFor('[y/N]');
    refused.press('enter');
    expect((await refused.exit).code).toBe(2);
    expect(heard).toEqual([]);

    const allowed = open();
    await allowed.waitFor('[y/N]');
    allowed.type('y');
    allowed.press('enter');
    await allowed.waitFor('TOPIC t');
    await expect.poll(isPasswordHeard).toBe(true);
    // It would try again by itself.
    allowed.kill('SIGKILL');
    await allowed.exit;
    const [mark] = readdirSync(join(configuration, 'trusted'));
    expect(statSync(join(configuration, 'trusted')).mode & 0o777).toBe(0o700);
    expect(statSync(join(configuration, 'trusted', mark!)).mode & 0o777).toBe(0o600);

    heard = [];
    expect((await run(['topic', 't'])).code).toBe(1);
    expect(isPasswordHeard()).toBe(true);

    heard = [];
    writeFile('# changed\n');
    expect((await run(['topic', 't'])).code).toBe(2);
    expect(heard).toEqual([]);
  });
});

it('an address with a password in it is refused, and not shown', async () => {
  const commands = [['topic', 't'], ['doctor'], ['groups']];
  const given = [`person:${password}@127.0.0.1:1`, `a:1,kafka://person:${password}@127.0.0.1:1`];
  const ended = await Promise.all([
    ...commands.flatMap(args => given.map(brokers => runForText([...args, '--brokers', brokers]))),
    runForText(['doctor'], {KAFKA_BOOTSTRAP_SERVERS: given[0]}),
  ]);
  for (const {code, stdout, stderr} of ended) {
    expect(code).toBe(2);
    expect(stderr).toContain('without user name and password');
    expect(stdout + stderr).not.toContain(password);
  }
});
