import {hostname, userInfo} from 'node:os';
import {type Saved, savedDefaults} from './saved.ts';
import {Secret, type Setting, type Settings, SettingsError, type Source} from './settings.ts';

/** Values as texts, from one place. */
type Texts = Readonly<Record<string, string | undefined>>;

export type SettingsSources = {
  /** By our names: `brokers`, `topic`, `group`, `partitioner`, `unpackedLimit`. */
  readonly flags: Texts;
  readonly environment: Texts;
  /** The `.env` file of the working folder. */
  readonly dotEnv: Texts;
  readonly saved: Saved;
};

/** Name of each setting as a flag and in the environment (and `.env`). */
const names = {
  brokers: 'KAFKA_BOOTSTRAP_SERVERS',
  topic: 'TOPIC_NAME',
  group: 'KAFKA_GROUP_ID',
  partitioner: 'KAFKA_PARTITIONER',
  securityProtocol: 'KAFKA_SECURITY_PROTOCOL',
  saslMechanism: 'KAFKA_SASL_MECHANISM',
  saslUsername: 'KAFKA_SASL_USERNAME',
  saslPassword: 'KAFKA_SASL_PASSWORD',
  sslCaLocation: 'KAFKA_SSL_CA_LOCATION',
  unpackedLimit: 'KAFKA_NOTIFY_UNPACKED_LIMIT',
} as const;

export const defaultBrokers = 'localhost:9092';

/** Flags win over the environment, that over `.env`, that over what was saved, that over the defaults. */
export function resolveSettings(sources: SettingsSources): Settings {
  const {saved} = sources;
  const find = (key: keyof typeof names, savedValue?: string): Setting<string> | null => {
    const places: readonly [Source, string, string | undefined][] = [
      ['flag', asFlag(key), sources.flags[key]],
      ['environment', names[key], sources.environment[names[key]]],
      ['.env', names[key], sources.dotEnv[names[key]]],
      ['saved', key, savedValue],
    ];
    const found = places.find(([, , value]) => value !== undefined && value !== '');
    return found ? {source: found[0], name: found[1], value: found[2]!} : null;
  };
  const or = <Value>(
    setting: Setting<string> | null,
    key: string,
    value: Value,
  ): Setting<string> | Setting<Value> => setting ?? {source: 'default', name: key, value};
  const password = find('saslPassword');
  return {
    brokers: withoutCredentials(or(find('brokers'), 'brokers', defaultBrokers) as Setting<string>),
    topic: or(find('topic', saved.topic), 'topic', null),
    group: or(find('group'), 'group', privateGroup(saved.groupPrefix)) as Setting<string>,
    partitioner: partitioner(find('partitioner', saved.partitioner)),
    securityProtocol: or(find('securityProtocol'), 'securityProtocol', 'PLAINTEXT') as Setting<string>,
    saslMechanism: or(find('saslMechanism'), 'saslMechanism', null),
    saslUsername: or(find('saslUsername'), 'saslUsername', null),
    saslPassword: password
      ? {...password, value: new Secret(password.value)}
      : {source: 'default', name: 'saslPassword', value: null},
    sslCaLocation: or(find('sslCaLocation'), 'sslCaLocation', null),
    unpackedLimit: unpackedLimit(find('unpackedLimit')),
  };
}

/**
 * A group of one's own: joining one that others are in would take partitions from them. Made of what a group name may
 * hold without surprise in tools and shells.
 */
export function privateGroup(prefix: string = savedDefaults.groupPrefix): string {
  return `${prefix}-${userInfo().username}-${hostname()}`.replace(/[^A-Za-z0-9._-]/g, '-');
}

/** The value is shown in many places; what stands before an @ is not even in the sentence that refuses it. */
function withoutCredentials(brokers: Setting<string>): Setting<string> {
  if (!brokers.value.includes('@')) return brokers;
  throw new SettingsError(
    `${brokers.name} takes addresses as host:port, without user name and password; those come from ${names.saslUsername} and ${names.saslPassword}.`,
  );
}

function asFlag(key: string): string {
  return `--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
}

const defaultUnpackedLimit = 64;
/** A batch is unpacked as a whole, so that this much memory is needed at once. */
const largestUnpackedLimit = 1024;

function unpackedLimit(found: Setting<string> | null): Settings['unpackedLimit'] {
  if (!found) return {source: 'default', name: 'unpackedLimit', value: defaultUnpackedLimit};
  const value = /^\d{1,4}$/.test(found.value) ? Number(found.value) : 0;
  if (value >= 1 && value <= largestUnpackedLimit) return {...found, value};
  throw new SettingsError(
    `${found.name} is "${found.value}"; it takes a whole number of MiB from 1 to ${largestUnpackedLimit}.`,
  );
}

function partitioner(found: Setting<string> | null): Settings['partitioner'] {
  if (!found) return {source: 'default', name: 'partitioner', value: 'java'};
  const {value} = found;
  if (value === 'java' || value === 'librdkafka') return {...found, value};
  throw new SettingsError(
    `${found.name} is "${value}"; it can be java (as Java and most clients place keys) or librdkafka (as confluent-kafka for Python does).`,
  );
}
