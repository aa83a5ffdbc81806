import {describe, expect, it} from 'vitest';
import {weakerWay} from '../../source/settings/credentials-way.ts';
import {resolveSettings} from '../../source/settings/resolve.ts';

const way = {KAFKA_BOOTSTRAP_SERVERS: 'there:9092', KAFKA_SECURITY_PROTOCOL: 'SASL_SSL'};
const credentials = {KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p'};

type Texts = Readonly<Record<string, string>>;
function decidedByWeaker(environment: Texts, dotEnv: Texts, flags: Texts = {}): string[] {
  const settings = resolveSettings({flags, environment, dotEnv, saved: {groupPrefix: 'notify'}});
  return weakerWay(settings).map(({name}) => name);
}

describe('credentials go where', () => {
  it('their own source says, or a stronger one', () => {
    expect(decidedByWeaker({...way, ...credentials}, {})).toEqual([]);
    expect(decidedByWeaker({}, {...way, ...credentials})).toEqual([]);
    expect(decidedByWeaker(way, credentials)).toEqual([]);
    expect(decidedByWeaker(credentials, {}, {brokers: 'there:9092'})).toEqual([]);
    expect(
      decidedByWeaker({KAFKA_SECURITY_PROTOCOL: 'SASL_SSL'}, credentials, {brokers: 'there:9092'}),
    ).toEqual([]);
  });

  it('not where a weaker one says: server, protocol, mechanism or certificate', () => {
    expect(decidedByWeaker(credentials, way)).toEqual(['KAFKA_BOOTSTRAP_SERVERS', 'KAFKA_SECURITY_PROTOCOL']);
    expect(decidedByWeaker({...way, ...credentials}, {KAFKA_SASL_MECHANISM: 'PLAIN'})).toEqual([
      'KAFKA_SASL_MECHANISM',
    ]);
    expect(decidedByWeaker({...way, ...credentials}, {KAFKA_SSL_CA_LOCATION: 'ca.pem'})).toEqual([
      'KAFKA_SSL_CA_LOCATION',
    ]);
    // The password in the file is not the one that is sent.
    expect(decidedByWeaker(credentials, {...way, ...credentials})).toHaveLength(2);
    // And half of them in the file makes the other half not the file's.
    expect(decidedByWeaker({KAFKA_SASL_PASSWORD: 'p'}, {...way, KAFKA_SASL_USERNAME: 'u'})).toHaveLength(2);
  });

  it('nowhere without SASL', () => {
    expect(decidedByWeaker(credentials, {...way, KAFKA_SECURITY_PROTOCOL: 'SSL'})).toEqual([]);
  });
});
