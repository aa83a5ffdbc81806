import {mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {inspect} from 'node:util';
import {describe, expect, it} from 'vitest';
import {readDotEnv} from '../../source/settings/dot-env.ts';
import {parseTime} from '../../source/settings/duration.ts';
import {resolveSettings} from '../../source/settings/resolve.ts';
import {openSaved, readSaved} from '../../source/settings/saved.ts';

const nothing = {flags: {}, environment: {}, dotEnv: {}, saved: {groupPrefix: 'notify'}};

describe('settings', () => {
  it('come from flags, else the environment, else .env, else what was saved, else defaults', () => {
    const all = {
      flags: {topic: 'a'},
      environment: {TOPIC_NAME: 'b', KAFKA_BOOTSTRAP_SERVERS: 'env:1'},
      dotEnv: {TOPIC_NAME: 'c', KAFKA_BOOTSTRAP_SERVERS: 'dot:1', KAFKA_GROUP_ID: 'g'},
      saved: {topic: 'd', groupPrefix: 'notify'},
    };
    const settings = resolveSettings(all);
    expect(settings.topic).toEqual({value: 'a', source: 'flag', name: '--topic'});
    expect(settings.brokers).toMatchObject({value: 'env:1', source: 'environment'});
    expect(settings.group).toMatchObject({value: 'g', source: '.env'});
    expect(resolveSettings({...all, flags: {}, environment: {}, dotEnv: {}}).topic).toMatchObject({
      source: 'saved',
    });
    expect(resolveSettings(nothing).brokers).toMatchObject({value: 'localhost:9092', source: 'default'});
  });

  it('default to a group of one’s own', () => {
    expect(resolveSettings(nothing).group.value).toMatch(/^notify-[\w.-]+-[\w.-]+$/);
  });

  it('never show a secret', () => {
    const settings = resolveSettings({...nothing, environment: {KAFKA_SASL_PASSWORD: 'hunter2'}});
    expect(
      [JSON.stringify(settings), inspect(settings), String(settings.saslPassword.value)].join(),
    ).not.toContain('hunter2');
    expect(settings.saslPassword.value?.reveal()).toBe('hunter2');
  });

  it('say what a partitioner can be', () => {
    expect(() => resolveSettings({...nothing, flags: {partitioner: 'fast'}})).toThrow(
      /java .* or librdkafka/,
    );
  });

  it('say how large an unpacked batch may be: 64 MiB, or as asked', () => {
    expect(resolveSettings(nothing).unpackedLimit).toMatchObject({value: 64, source: 'default'});
    const environment = {KAFKA_NOTIFY_UNPACKED_LIMIT: '256'};
    expect(resolveSettings({...nothing, environment}).unpackedLimit.value).toBe(256);
    for (const unpackedLimit of ['0', '1025', '1e3', '-5', '64 MiB', '0x10'])
      expect(() => resolveSettings({...nothing, flags: {unpackedLimit}})).toThrow(
        `--unpacked-limit is "${unpackedLimit}"; it takes a whole number of MiB from 1 to 1024.`,
      );
  });

  it('warn where an unquoted # cuts a value of .env', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-'));
    writeFileSync(
      join(folder, '.env'),
      'TOPIC_NAME=orders\nKAFKA_SASL_PASSWORD=ab#cd\nKAFKA_GROUP_ID="x#y"\n',
    );
    const {values, warnings} = readDotEnv(folder);
    expect(values).toMatchObject({TOPIC_NAME: 'orders', KAFKA_GROUP_ID: 'x#y'});
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('KAFKA_SASL_PASSWORD');
  });

  it.each([
    ['{"topic": "orders"', /damaged \(.*JSON/],
    ['["orders"]', /damaged \(it is no JSON object\)/],
    ['{"topic": 7}', /damaged \(its topic is no text\)/],
  ])('of a damaged file (%s) are the defaults, and it is kept aside', (text, problem) => {
    const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-'));
    const path = join(folder, 'config.json');
    writeFileSync(path, text);
    const first = readSaved({KAFKA_NOTIFY_CONFIG_DIR: folder});
    expect(first.saved).toEqual({groupPrefix: 'notify'});
    expect(first.problem).toMatch(problem);
    expect(first.problem).toContain(`it was moved to ${path}.damaged, and the defaults count.`);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe(text);
    expect(readSaved({KAFKA_NOTIFY_CONFIG_DIR: folder})).toEqual({saved: first.saved, problem: null});
  });

  it('of a file that cannot be read are the defaults, and that is said', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-'));
    mkdirSync(join(folder, 'config.json'));
    const {saved, problem} = readSaved({KAFKA_NOTIFY_CONFIG_DIR: folder});
    expect(saved).toEqual({groupPrefix: 'notify'});
    expect(problem).toMatch(/config\.json cannot be read \(.*\); the defaults count\./);
  });

  it('keep the last topic', async () => {
    const environment = {KAFKA_NOTIFY_CONFIG_DIR: mkdtempSync(join(tmpdir(), 'kafka-notify-'))};
    (await openSaved(environment)).save({topic: 'orders'});
    expect(readSaved(environment).saved).toEqual({topic: 'orders', groupPrefix: 'notify'});
    expect((await openSaved(environment)).read()).toMatchObject({topic: 'orders', groupPrefix: 'notify'});
  });
});

describe('a point in time', () => {
  it('is ISO, ms since 1970, or how long ago', () => {
    expect(parseTime('2026-11-23T08:00:00Z', 0)).toBe(Date.UTC(2026, 10, 23, 8));
    expect(parseTime('1700000000000', 0)).toBe(1_700_000_000_000);
    expect(parseTime('15m', 3_600_000)).toBe(2_700_000);
    expect(parseTime('@123456789', 0)).toBe(123_456_789);
    expect(parseTime('-15m', 3_600_000)).toBe(2_700_000);
    for (const text of ['yesterday', '123456789', '@', '', '2026-13-45'])
      expect(parseTime(text, 0), text).toBeNull();
  });

  it('is a whole number, and never before 1970: below 0 a broker reads the end or the beginning', () => {
    expect(parseTime('0.3ms', 10)).toBe(10);
    expect(parseTime('1d', 1)).toBe(0);
  });
});
