import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {apacheTools} from '../kafka/requirements.ts';
import {positions, run} from '../support/program.ts';
import {password, type SecuredKafka, startSecuredKafka, user} from './support/secured-kafka.ts';

const possible = apacheTools();
const patience = 30_000;

type Environment = Readonly<Record<string, string>>;

/** As an operator gives them: secrets by the environment, never by a flag. */
function signedIn(protocol: string, mechanism: string, more: Environment = {}): Environment {
  return {
    KAFKA_SECURITY_PROTOCOL: protocol,
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD: password,
    ...more,
  };
}

describe.skipIf(!possible.available)(
  `a broker that wants TLS and credentials${possible.available ? '' : `: skipped, ${possible.reason}`}`,
  () => {
    let kafka: SecuredKafka;
    beforeAll(async () => {
      kafka = await startSecuredKafka();
    });
    afterAll(() => kafka?.stop());

    const ways: readonly (readonly [string, () => {brokers: string; environment: Environment}])[] = [
      [
        'TLS with its CA',
        () => ({
          brokers: kafka.at.SSL,
          environment: {KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_LOCATION: kafka.caFile},
        }),
      ],
      [
        'PLAIN over TLS',
        () => ({
          brokers: kafka.at.SASL_SSL,
          environment: signedIn('SASL_SSL', 'PLAIN', {KAFKA_SSL_CA_LOCATION: kafka.caFile}),
        }),
      ],
      ...['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(
        mechanism =>
          [
            mechanism,
            () => ({
              brokers: kafka.at.SASL_PLAINTEXT,
              environment: signedIn('SASL_PLAINTEXT', mechanism),
            }),
          ] as const,
      ),
    ];

    it.each(ways)('is used by %s: topic, publish, process, commit, doctor', async (_, where) => {
      const {brokers, environment: env} = where();
      const at = ['--brokers', brokers, '--topic', `secured-${randomUUID()}`];
      const published = await run(['publish', ...at], {stdin: '{"type":"email.send"}', env});
      expect(published).toMatchObject({code: 0, lines: [{status: 'acknowledged', offset: '0'}]});
      const consumed = await run(['consume', ...at, '--from', 'beginning', '--until-end'], {env});
      expect(consumed.code).toBe(0);
      expect(positions(consumed.lines, 'processed')).toHaveLength(1);
      expect(positions(consumed.lines, 'committed').at(-1)).toMatch(/@1$/);
      const doctor = await diagnose(at, env);
      expect(doctor.code).toBe(0);
      expect(doctor.stdout).toMatch(/✓ cluster.*1 broker/);
      for (const told of [published.stderr, consumed.stderr, doctor.stdout, doctor.stderr])
        expect(told).not.toContain(password);
    });

    const wrong: readonly (readonly [string, () => {brokers: string; environment: Environment}, RegExp])[] = [
      [
        'a wrong password',
        () => ({
          brokers: kafka.at.SASL_PLAINTEXT,
          environment: {...signedIn('SASL_PLAINTEXT', 'PLAIN'), KAFKA_SASL_PASSWORD: `not-${password}`},
        }),
        /credentials|user name, password/,
      ],
      [
        'a CA that is not given',
        () => ({brokers: kafka.at.SSL, environment: {KAFKA_SECURITY_PROTOCOL: 'SSL'}}),
        /certificate .* is not trusted .*KAFKA_SSL_CA_LOCATION/,
      ],
      ['a plain connection to a TLS port', () => ({brokers: kafka.at.SSL, environment: {}}), /TLS/],
      [
        'TLS to a plain port',
        () => ({
          brokers: kafka.cluster.bootstrap,
          environment: {KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_LOCATION: kafka.caFile},
        }),
        /plain|TLS/,
      ],
      [
        'signing in at a plain port',
        () => ({brokers: kafka.cluster.bootstrap, environment: signedIn('SASL_PLAINTEXT', 'PLAIN')}),
        /no SASL port; check KAFKA_SECURITY_PROTOCOL/,
      ],
      [
        'no credentials to a port that wants them',
        () => ({brokers: kafka.at.SASL_PLAINTEXT, environment: {}}),
        /SASL/,
      ],
    ];

    it.each(wrong)('%s: one plain sentence in time, and no secret in it', async (_, where, sentence) => {
      const {brokers, environment: env} = where();
      const at = ['--brokers', brokers, '--topic', 'notifications'];
      const {code, stderr, ms} = await run(['publish', ...at], {stdin: '{}', env});
      const doctor = await diagnose(at, env);
      expect(doctor.code).toBe(1);
      expect(doctor.stdout).toMatch(/✗ .*(user name, password|not trusted|TLS|SASL)/);
      expect(doctor.stdout).not.toContain(password);
      expect(stderr).toMatch(sentence);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(stderr).not.toContain(password);
      expect(code).toBe(3);
      expect(ms).toBeLessThan(patience);
    });

    it('consume does not try again to sign in where nobody does', async () => {
      const at = ['--brokers', kafka.cluster.bootstrap, '--topic', 'notifications', '--group', 'mailer'];
      const {code, stderr} = await run(['consume', ...at], {env: signedIn('SASL_PLAINTEXT', 'PLAIN')});
      expect(code).toBe(1);
      expect(stderr.match(/no SASL port/g)).toHaveLength(1);
      expect(stderr).not.toContain('Trying again');
    });
  },
);

/** `doctor` speaks to people: its words are no JSON lines. */
async function diagnose(
  at: readonly string[],
  env: Environment,
): Promise<{code: number | null; stdout: string; stderr: string}> {
  const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
  const {KAFKA_BOOTSTRAP_SERVERS: _, ...environment} = process.env;
  const child = spawn(process.execPath, [program, 'doctor', ...at], {env: {...environment, ...env}});
  const ended = new Promise<number | null>(resolve => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return {code, stdout, stderr};
}
