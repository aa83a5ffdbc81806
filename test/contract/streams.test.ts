import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {start} from '../support/program.ts';
import {describeOnBrokers} from './support/brokers.ts';
import {runShell} from './support/shell.ts';

describeOnBrokers('input as a stream', broker => {
  const publish = (topic: string, ...more: string[]) => [
    ...['publish', '--brokers', broker.bootstrap(), '--topic', topic, '--lines'],
    ...more,
  ];
  const end = async (topic: string) => (await broker.admin().fetchTopicOffsets(topic))[0]!.high;

  it('has its first line acknowledged before the second one comes', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const running = start(publish(topic), {keepsStdin: true});
    running.child.stdin.write('{"n":1}\n{"n"');
    expect(await running.line(({number}) => number === 1)).toMatchObject({status: 'acknowledged', line: 1});
    expect(await end(topic)).toBe('1');
    running.child.stdin.end(':2}');
    const {code, lines, stderr} = await running.finished;
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    expect(lines.map(({number, line, offset}) => [number, line, offset])).toEqual([
      [1, 1, '0'],
      [2, 2, '1'],
    ]);
  });

  it('ends at its first line that is no JSON, and says up to which it was sent', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const running = start(publish(topic), {keepsStdin: true});
    running.child.stdin.write('{"n":1}\n\n{"n":2}\n');
    await running.line(({number}) => number === 2);
    running.child.stdin.write('{"n":3}\n{"n":}\n');
    const {code, lines, stderr} = await running.finished;
    expect({code, count: lines.length, end: await end(topic)}).toEqual({code: 2, count: 2, end: '2'});
    expect(stderr).toContain('not JSON at 5:6');
    expect(stderr).toContain('Only lines 1 to 3 were sent.');
  });

  it('can be ended by a signal while it waits for a line', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const running = start(publish(topic), {keepsStdin: true});
    running.child.stdin.write('{"n":1}\n');
    await running.line(({number}) => number === 1);
    running.child.kill('SIGINT');
    const {code, stderr} = await running.finished;
    expect(code).toBe(1);
    expect(stderr).toContain('1 sent: 1 acknowledged.');
  });

  it('is checked whole where stdin is a file, from where it stands, and nothing is sent unless all of it is JSON', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const file = join(mkdtempSync(join(tmpdir(), 'kafka-notify-streams-')), 'values.jsonl');
    const many = '{"n":1}\n'.repeat(60_000);
    writeFileSync(file, `no JSON\n${many}`);
    // `read` takes the first line, and leaves the rest to the program.
    const good = await runShell(`{ read first; kafka-notify ${publish(topic).join(' ')}; } < '${file}'`);
    expect([good.code, good.stdout.trimEnd().split('\n').length]).toEqual([0, 60_000]);
    writeFileSync(file, `${many}no JSON\n`);
    const bad = await runShell(`kafka-notify ${publish(topic).join(' ')} < '${file}'`);
    expect([bad.code, bad.stdout]).toEqual([2, '']);
    expect(bad.stderr).toContain('not JSON at 60001:1');
    expect(await end(topic)).toBe('60000');
  });

  it('acts on a held message when the line comes', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, [{value: 'no JSON'}, {value: '{}'}]);
    const running = start(
      [
        'consume',
        '--brokers',
        broker.bootstrap(),
        '--topic',
        topic,
        '--group',
        `g-${topic}`,
        '--from',
      ].concat(['beginning', '--acts', '--until-end']),
      {keepsStdin: true},
    );
    await running.line(({status}) => status === 'held');
    running.child.stdin.write('{"act":"skip","partition":0,"offset":"0","reason":"no JSON"}\n');
    expect(await running.line(({status}) => status === 'skipped')).toMatchObject({offset: '0'});
    await running.line(({status, offset}) => status === 'processed' && offset === '1');
    running.child.stdin.end();
    await running.finished;
    expect(await broker.committed(`g-${topic}`, topic)).toEqual(['2']);
  });
});
