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

describeOnBrokers('output as a stream', broker => {
  const at = () => `--brokers ${broker.bootstrap()}`;
  const consume = (topic: string, ...more: string[]) =>
    `kafka-notify consume ${at()} --topic ${topic} --group g-${topic} --from beginning ${more.join(' ')}`;
  const fill = async (topic: string, count: number, size = 10) => {
    const messages = Array.from({length: count}, (_, n) => ({value: `{"n":${n},"x":"${'x'.repeat(size)}"}`}));
    for (let from = 0; from < count; from += 5000)
      await broker.produce(topic, messages.slice(from, from + 5000));
  };
  const membersOf = async (group: string) => {
    const {groups} = await broker.admin().describeGroups([group]);
    return groups[0]!.members.length;
  };
  const full = 'The output cannot be written: no space is left on the device.';

  it('that has no room ends consuming with a sentence and exit 1, the group left and nothing committed that was not written', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await fill(topic, 2000);
    const {code, stderr} = await runShell(`${consume(topic)} > /dev/full`);
    expect(code).toBe(1);
    expect(stderr).toContain(`${full} What was not written is not committed.`);
    expect(await broker.committed(`g-${topic}`, topic)).not.toEqual(['2000']);
    expect(Number((await broker.committed(`g-${topic}`, topic))[0])).toBeLessThan(1);
    expect(await membersOf(`g-${topic}`)).toBe(0);
  });

  it('whose reader has gone ends consuming in silence; what was committed was written before', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await fill(topic, 20_000);
    // 141 is what a shell says of a program that SIGPIPE ended.
    const {stdout, stderr} = await runShell(
      `set -o pipefail; { ${consume(topic)}; echo "ended with $?" >&2; } | head -2`,
    );
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stderr.trim().split('\n')).toEqual([`In group g-${topic} with partitions 0.`, 'ended with 141']);
    const [committed] = await broker.committed(`g-${topic}`, topic);
    expect(Number(committed)).toBeLessThan(10_000);
    expect(await membersOf(`g-${topic}`)).toBe(0);
    // It goes on from there: nothing is missing.
    const goOn = consume(topic, '--until-end').replace('--from beginning', '');
    const rest = await runShell(`${goOn} | grep -c processed`);
    expect(Number(rest.stdout)).toBe(20_000 - Math.max(0, Number(committed)));
  });

  it('whose reader is slow makes consuming wait: the membership stays, and nothing is committed ahead of it', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await fill(topic, 40_000);
    // The reader takes one line, and then none until the test says so.
    const running = start(
      [
        'consume',
        ...at().split(' '),
        '--topic',
        topic,
        '--group',
        `g-${topic}`,
        '--from',
        'beginning',
      ].concat(['--until-end', '--with-value']),
    );
    await running.line(({status}) => status === 'processed');
    running.child.stdout.pause();
    const committed = async () => Number((await broker.committed(`g-${topic}`, topic))[0]);
    const standing = await untilStands(committed);
    expect(standing).toBeLessThan(30_000);
    expect(await membersOf(`g-${topic}`)).toBe(1);
    running.child.stdout.resume();
    const {code, lines} = await running.finished;
    expect(code).toBe(0);
    expect(lines.filter(({status}) => status === 'processed')).toHaveLength(40_000);
    expect(await committed()).toBe(40_000);
  });

  it.each(['peek', 'groups', 'topic', 'doctor', 'rewind', 'publish'])(
    'that has no room, or no reader, ends %s: exit 1 with a sentence, or 141 in silence',
    async name => {
      const topic = await broker.freshTopic({partitions: 1});
      await fill(topic, 5000);
      // Where there is no group, there is no line that could be lost.
      if (name === 'groups') await runShell(consume(topic, '--until-end'));
      const flags: Record<string, string> = {
        groups: '',
        topic,
        rewind: `--topic ${topic} --to beginning --count`,
        publish: `--topic ${topic} --lines <<< '{}'`,
      };
      const command = `kafka-notify ${name} ${at()} ${flags[name] ?? `--topic ${topic}`}`;
      const noRoom = await runShell(`${command} > /dev/full`);
      expect([noRoom.code, noRoom.stderr.includes(full)]).toEqual([1, true]);
      const noReader = await runShell(`set -o pipefail; ${command} 2> /dev/null | true`);
      expect(noReader.code).toBe(141);
      const both = await runShell(`set -o pipefail; ${command} 2>&1 | true`);
      expect(both.code).toBe(141);
    },
  );

  it('that is closed from the start is none, as /dev/null is', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await fill(topic, 10);
    const {code} = await runShell(`${consume(topic, '--until-end')} >&-`);
    expect(code).toBe(0);
    expect(await broker.committed(`g-${topic}`, topic)).toEqual(['10']);
  });
});

/** The number once it has not changed for a second: that nothing happens any more has no event of its own. */
async function untilStands(read: () => Promise<number>): Promise<number> {
  let last = await read();
  for (let quiet = 0; quiet < 5; ) {
    await new Promise(resolve => setTimeout(resolve, 200));
    const now = await read();
    quiet = now === last ? quiet + 1 : 0;
    last = now;
  }
  return last;
}
