import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {projectOf} from '../handlers/module/support/project.ts';
import {type Line, positions, start} from '../support/program.ts';
import {eachBatchesOf, eachMessagesOf} from './support/bare-kafkajs.ts';
import {describeOnBrokers} from './support/brokers.ts';

const commonJs = {name: 'mailer', version: '1.0.0', main: 'index.js', type: 'commonjs'};
const patience = 30_000;
const at = (partition: number, offset: number, status: string) => (line: Line) =>
  line.partition === partition && line.offset === String(offset) && line.status === status;

describeOnBrokers('a person’s own consumer code', broker => {
  /** The built program with the handler, from the beginning of a topic. */
  async function consume(
    files: Readonly<Record<string, string | object>>,
    entry: string,
    {
      messages,
      more = [],
    }: {messages: readonly {partition: number; value: string}[]; more?: readonly string[]},
  ) {
    const folder = projectOf({files});
    const topic = await broker.freshTopic({partitions: 2});
    const group = `group-${topic}`;
    await broker.produce(topic, messages);
    const running = start(
      [
        ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', group],
        ...['--from', 'beginning', '--handler', join(folder, entry), ...more],
      ],
      {keepsStdin: true},
    );
    onTestFinished(() => void running.child.kill('SIGKILL'));
    return {folder, topic, group, running};
  }

  it('in a CommonJS package with imports is loaded, and an imported file that is saved is what the retry runs', async () => {
    const mail = (condition: string) => `export function send(value: {to?: string}): void {
  if (${condition}) throw new Error('there is nobody to notify');
  console.log('mail to', value.to ?? 'the postmaster');
}
`;
    const files = {
      'package.json': commonJs,
      'src/notify.ts': `import {send} from './lib/mail';
import type {Message} from './lib/types';

enum Kind {
  Mail = 'mail',
}

export async function processMessage({value}: Message): Promise<void> {
  if (value.kind === Kind.Mail) send(value);
}
`,
      'src/lib/types.ts': `export type Message = {readonly value: {readonly kind: string; readonly to?: string}};\n`,
      'src/lib/mail.ts': mail('!value.to'),
    };
    const messages = [
      {partition: 0, value: '{"kind":"mail","to":"u-17"}'},
      {partition: 0, value: '{"kind":"mail"}'},
      {partition: 0, value: '{"kind":"mail","to":"u-18"}'},
    ];
    const {folder, topic, group, running} = await consume(files, 'src/notify.ts', {
      messages,
      more: ['--retries', '0', '--acts'],
    });
    const held = await running.line(at(0, 1, 'held'), patience);
    expect(held.error).toMatchObject({message: 'there is nobody to notify', where: 'mail.ts:2'});

    writeFileSync(join(folder, 'src/lib/mail.ts'), mail('false'));
    const told = 'notify.ts was loaded again: lib/mail.ts was saved.';
    await expect.poll(running.stderr, {timeout: patience}).toContain(told);
    running.child.stdin.write('{"act":"retry","partition":0,"offset":"1"}\n');
    const retried = await running.line(at(0, 1, 'processed'), patience);
    expect(retried.output).toBe('mail to the postmaster');
    await running.line(at(0, 2, 'processed'), patience);
    running.child.kill('SIGTERM');
    expect((await running.finished).code).toBe(0);
    expect(await broker.committed(group, topic)).toContain('3');
  });

  it('pauses its partition as in KafkaJS’s documentation: the message comes again, once, and others flow meanwhile', async () => {
    // https://kafka.js.org/docs/consuming#pause-resume, with a dependency that takes 3 s to have room again.
    const files = {
      'package.json': commonJs,
      'consumer.js': `let limitedUntil = null;

async function sendToDependency(message) {
  if (message.value.toString() !== '"limited"' || limitedUntil) return;
  limitedUntil = Date.now() + 3000;
  throw Object.assign(new Error('TooManyRequestsError'), {isLimit: true});
}

exports.eachMessage = async ({topic, partition, message, pause}) => {
  console.log(JSON.stringify({at: Date.now(), limitedUntil}));
  try {
    await sendToDependency(message);
  } catch (e) {
    if (e.isLimit) {
      const resumeThisPartition = pause();
      setTimeout(resumeThisPartition, 3000);
    }
    throw e;
  }
};
`,
    };
    const messages = [
      ...['"a"', '"limited"', '"c"', '"d"'].map(value => ({partition: 0, value})),
      ...['"e"', '"f"'].map(value => ({partition: 1, value})),
    ];
    const {topic, group, running} = await consume(files, 'consumer.js', {messages});
    await running.line(at(1, 1, 'processed'), patience);
    await running.line(at(0, 3, 'processed'), patience);
    running.child.kill('SIGTERM');
    const {code, lines} = await running.finished;
    expect(code).toBe(0);
    // No failure, no retry, nothing twice, and nothing of the partition before it went on.
    expect(positions(lines, 'failed')).toEqual([]);
    expect(
      positions(
        lines.filter(({partition}) => partition === 0),
        'processed',
      ),
    ).toEqual([...['0@0', '0@1', '0@2', '0@3']]);
    const held = lines.filter(line => line.status === 'processed' && line.partition === 0).slice(1);
    for (const {output} of held) {
      const {at: began, limitedUntil} = JSON.parse(String(output));
      expect(began).toBeGreaterThanOrEqual(limitedUntil - 5);
    }
    expect((await broker.committed(group, topic)).sort()).toEqual(['2', '4']);
  });

  it('as eachBatch: what a throw leaves unresolved is held, and nothing behind it is lost', async () => {
    const files = {
      'package.json': {...commonJs, type: 'module'},
      'consumer.ts': `import type {EachBatchPayload} from 'kafkajs';

export async function eachBatch({batch, resolveOffset, heartbeat, isRunning, isStale}: EachBatchPayload): Promise<void> {
  for (const message of batch.messages) {
    if (!isRunning() || isStale()) break;
    if (message.value!.toString() === '"bad"') throw new Error('no such user');
    resolveOffset(message.offset);
    await heartbeat();
  }
}
`,
    };
    const values = ['"a"', '"b"', '"bad"', '"d"', '"e"'];
    const {topic, group, running} = await consume(files, 'consumer.ts', {
      messages: values.map(value => ({partition: 0, value})),
      more: ['--retries', '0', '--acts'],
    });
    const held = await running.line(at(0, 2, 'held'), patience);
    expect(held.error).toMatchObject({message: 'no such user', where: 'consumer.ts:6'});
    await expect.poll(() => broker.committed(group, topic), {timeout: patience}).toContain('2');
    running.child.stdin.write('{"act":"skip","partition":0,"offset":"2","reason":"a test"}\n');
    await running.line(at(0, 4, 'processed'), patience);
    running.child.kill('SIGTERM');
    expect((await running.finished).code).toBe(0);
    expect(await broker.committed(group, topic)).toContain('5');
  });

  it('is given what bare KafkaJS gives it', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const folder = projectOf({
      files: {
        'each-message.cjs': `exports.eachMessage = async ({heartbeat, pause, ...payload}) => console.log(JSON.stringify(payload));\n`,
        'each-batch.cjs': `exports.eachBatch = async ({batch}) => console.log(JSON.stringify(batch.messages));\n`,
      },
    });
    const timestamp = String(Date.now() - 60_000);
    await broker.produce(topic, [
      {partition: 0, key: 'u-17', value: '{"to":"u"}', timestamp, headers: {trace: 't', twice: ['a', 'b']}},
      {partition: 0, key: null, value: null, timestamp},
      {partition: 0, key: '', value: '', timestamp, headers: {}},
    ]);
    const ours = async (entry: string) => {
      const running = start([
        ...[
          'consume',
          '--brokers',
          broker.bootstrap(),
          '--topic',
          topic,
          '--group',
          `ours-${entry}-${topic}`,
        ],
        ...['--from', 'beginning', '--until-end', '--handler', join(folder, entry)],
      ]);
      const {lines, stderr} = await running.finished;
      const processed = lines.filter(({status}) => status === 'processed');
      expect(processed, stderr).toHaveLength(3);
      return processed.flatMap(({output}) => (output === undefined ? [] : [JSON.parse(String(output))]));
    };
    const theirMessages = await eachMessagesOf(broker.bootstrap(), topic, 3);
    expect(theirMessages).toHaveLength(3);
    expect(await ours('each-message.cjs')).toEqual(theirMessages);
    expect((await ours('each-batch.cjs')).flat()).toEqual(await eachBatchesOf(broker.bootstrap(), topic, 3));
  });
});
