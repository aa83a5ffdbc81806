import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {freePorts, type KafkaCluster, startKafka} from '../../kafka/start-kafka.ts';

export const user = 'operator';
export const password = 'correct horse#battery=staple';

export type SecuredKafka = {
  readonly cluster: KafkaCluster;
  /** `host:port` of the listener with this protocol. */
  readonly at: Readonly<Record<'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT', string>>;
  /** The certificate that signs the broker's, as PEM. */
  readonly caFile: string;
  stop(): Promise<void>;
};

/** An Apache Kafka of its own that listens with TLS, with SASL and with both, beside the plain way. */
export async function startSecuredKafka(): Promise<SecuredKafka> {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-secured-'));
  const {keystore, caFile} = certify(folder);
  const [ssl, saslSsl, saslPlaintext] = (await freePorts(3)) as [number, number, number];
  const cluster = await startKafka({
    listeners: {SSL: ssl, SASL_SSL: saslSsl, SASL_PLAINTEXT: saslPlaintext},
    properties: {
      'ssl.keystore.location': keystore,
      'ssl.keystore.type': 'PKCS12',
      'ssl.keystore.password': storePassword,
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      ...signInBy('sasl_ssl'),
      ...signInBy('sasl_plaintext'),
    },
  });
  await createScramUser(cluster);
  return {
    cluster,
    caFile,
    at: {
      SSL: `127.0.0.1:${ssl}`,
      SASL_SSL: `127.0.0.1:${saslSsl}`,
      SASL_PLAINTEXT: `127.0.0.1:${saslPlaintext}`,
    },
    async stop() {
      await cluster.stop();
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

const storePassword = 'of-this-test';

/** A key and its own certificate for 127.0.0.1, by the keytool that comes with Java. */
function certify(folder: string): {keystore: string; caFile: string} {
  const keystore = join(folder, 'broker.p12');
  const caFile = join(folder, 'ca.pem');
  const store = [
    '-keystore',
    keystore,
    '-storetype',
    'PKCS12',
    '-storepass',
    storePassword,
    '-alias',
    'broker',
  ];
  keytool('-genkeypair', ...store, '-keyalg', 'RSA', '-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1');
  keytool('-exportcert', ...store, '-rfc', '-file', caFile);
  return {keystore, caFile};
}

function keytool(...args: string[]): void {
  const {status, stderr, stdout} = spawnSync('keytool', args, {encoding: 'utf8'});
  if (status !== 0) throw new Error(`keytool could not do ${args[0]}: ${stdout}${stderr}`);
}

function signInBy(listener: string): Record<string, string> {
  const common = 'org.apache.kafka.common.security';
  return {
    [`listener.name.${listener}.plain.sasl.jaas.config`]: `${common}.plain.PlainLoginModule required user_${user}="${password}";`,
    [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`]: `${common}.scram.ScramLoginModule required;`,
    [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`]: `${common}.scram.ScramLoginModule required;`,
  };
}

/** One request a mechanism: Kafka refuses two for one user in the same. */
async function createScramUser({bootstrap, tool}: KafkaCluster): Promise<void> {
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    const {code, stdout, stderr} = await tool('kafka.admin.ConfigCommand', [
      ...['--bootstrap-server', bootstrap, '--alter', '--entity-type', 'users', '--entity-name', user],
      ...['--add-config', `${mechanism}=[password=${password}]`],
    ]);
    if (code !== 0) throw new Error(`The user could not be made: ${stdout}${stderr}`);
  }
}
