import {describe, expect, it} from 'vitest';
import {
  type Api,
  chooseVersion,
  NotOffered,
  type OfferedVersions,
} from '../../../source/kafka/protocol/versions.ts';

const api: Api = {key: 3, name: 'Metadata', oldest: 4, newest: 12, flexibleFrom: 9};

function chosen(offered: readonly [min: number, max: number] | null): number {
  const versions: Record<number, OfferedVersions> = {};
  if (offered) versions[api.key] = {minVersion: offered[0], maxVersion: offered[1]};
  return chooseVersion({brokerAddress: 'kafka:9092', versions}, api);
}

describe('the version of a request of our own', () => {
  it.each([
    {server: 'newer than this tool', offered: [0, 13], version: 12},
    {server: 'Kafka 2.4', offered: [0, 9], version: 9},
    {server: 'Kafka 2.1', offered: [0, 7], version: 7},
    {server: 'the oldest that fits', offered: [0, 4], version: 4},
    {server: 'one that dropped the old ones', offered: [12, 20], version: 12},
  ] as const)('is the newest that both know: $server', ({offered, version}) => {
    expect(chosen(offered)).toBe(version);
  });

  it.each([
    {server: 'too old', offered: [0, 3], says: /version 4 to 12: it offers Metadata 0 to 3/},
    {server: 'too new', offered: [13, 15], says: /version 4 to 12: it offers Metadata 13 to 15/},
    {server: 'one that lacks it', offered: null, says: /does not offer Metadata$/},
  ] as const)('is refused by name where there is none: $server', ({offered, says}) => {
    expect(() => chosen(offered)).toThrow(says);
    expect(() => chosen(offered)).toThrow(NotOffered);
  });
});
