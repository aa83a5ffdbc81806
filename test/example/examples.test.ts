import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {describeOnBrokers} from '../contract/support/brokers.ts';
import {confluentKafka} from '../kafka/requirements.ts';
import {positions, run} from '../support/program.ts';
import {possibleWays, ready} from './ways.ts';

const notifications = [
  '{"type":"email.send","to":"user@example.org"}',
  '{"type":"fail"}',
  '{"type":"sms.send"}',
];
const inPartition0 = (values: readonly string[]) => values.map(value => ({partition: 0, value}));
const consumer = join(import.meta.dirname, '..', '..', 'example', 'consumer.py');

describeOnBrokers('the examples', broker => {
  it.each(possibleWays)('$name processes what has a recipient, and says why not otherwise', async way => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, inPartition0(notifications));
    const {args, end} = await ready(way);
    onTestFinished(end);
    const {lines, stderr} = await run([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', `group-${topic}`],
      ...['--from', 'beginning', '--until-end', '--retries', '0', '--on-failure', 'skip', ...args],
    ]);
    const isSchema = args.includes('--schema');
    expect(positions(lines, 'processed'), stderr).toEqual(['0@0']);
    const [processed, failed, permanent] = lines.filter(
      ({status}) => status === 'processed' || status === 'failed',
    );
    if (!isSchema) expect(processed!.output).toContain('email.send to user@example.org (0@0)');
    expect(failed).toMatchObject({offset: '1', error: {permanent: isSchema}});
    expect(permanent).toMatchObject({offset: '2', error: {permanent: true}});
    if (!isSchema) {
      expect(JSON.stringify(failed)).toContain('the notification asked to fail');
      expect(JSON.stringify(permanent)).toMatch(/there is nobody to notify: .*to.* is missing/);
    }
    expect(positions(lines, 'skipped')).toEqual(['0@1', '0@2']);
  });

  it('consumer.py makes its topic, commits only what it processed, and goes on in a group with ours', async context => {
    const confluent = confluentKafka();
    if ('reason' in confluent) return context.skip(confluent.reason);
    const topic = `story-${crypto.randomUUID()}`;
    const group = `group-${topic}`;
    const reference = startReference(confluent.python, {
      KAFKA_BOOTSTRAP_SERVERS: broker.bootstrap(),
      TOPIC_NAME: topic,
      KAFKA_GROUP_ID: group,
    });
    const patience = {timeout: 30_000, interval: 100};
    await expect.poll(async () => broker.admin().listTopics(), patience).toContain(topic);
    await broker.produce(topic, inPartition0(notifications));
    await reference.ended;
    expect(reference.stdout()).toContain('email.send to user@example.org (0@0)');
    expect(reference.stderr()).toContain('the notification asked to fail');
    expect((await broker.committed(group, topic))[0]).toBe('1');

    // Ours takes over its group from there.
    const {lines} = await run([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', group, '--until-end'],
      '--join-foreign-group',
    ]);
    expect(positions(lines, 'processed')).toEqual(['0@1', '0@2']);
  });
});

function startReference(python: string, env: Record<string, string>) {
  const child = spawn(python, [consumer], {env: {...process.env, ...env}});
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    ended: new Promise<void>(resolve => child.once('close', () => resolve())),
  };
}
