import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {run, start} from '../support/program.ts';
import {describeOnBrokers} from './support/brokers.ts';
import {readAll} from './support/read-all.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'kafka-notify-bulk-'));
const fileOf = (text: string) => {
  const path = join(folder(), 'values.jsonl');
  writeFileSync(path, text);
  return path;
};

describeOnBrokers('publishing in bulk', broker => {
  const args = (topic: string, ...more: string[]) => [
    ...['publish', '--brokers', broker.bootstrap(), '--topic', topic],
    ...more,
  ];
  const end = async (topic: string) => (await broker.admin().fetchTopicOffsets(topic))[0]!.high;

  it('sends a template so many times at a rate, each filled in anew, with a result each', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {code, lines, stderr, ms} = await run(
      args(topic, '--template', 'E-Mail', '--times', '20', '--rate', '50', '--header', 'trace={{uuid}}'),
    );
    expect(code).toBe(0);
    expect(lines.map(({status, number, offset}) => `${number} ${status} ${offset}`)).toEqual(
      Array.from({length: 20}, (_, at) => `${at + 1} acknowledged ${at}`),
    );
    expect(stderr).toBe('20 sent: 20 acknowledged.\n');
    expect(ms).toBeGreaterThan(19 * 20);
    const read = await readAll(broker, topic, 20);
    const ids = read.map(({key, value, headers}, at) => {
      const {id, type, data} = JSON.parse(value!);
      expect([key, type, data.order]).toEqual([`u-${at + 1}`, 'email.send', `A-${at + 1}`]);
      expect(headers).toEqual([['trace', id]]);
      return id;
    });
    expect(new Set(ids).size).toBe(20);
  });

  it('sends the lines of a file, and says for each which line it was', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const file = fileOf('{"n": {{seq}}, "p": 1.10}\n\n{"b": 9007199254740993}\r\n');
    const filled = await run(
      args(topic, '--lines', file, '--placeholders', '--key', 'k-{{seq}}', '--times', '2'),
    );
    expect(filled.code).toBe(0);
    expect(filled.lines.map(({number, line}) => [number, line])).toEqual([
      [1, 1],
      [2, 3],
      [3, 1],
      [4, 3],
    ]);
    expect((await readAll(broker, topic, 4)).map(({key, value}) => [key, value])).toEqual([
      ['k-1', '{"n": 1, "p": 1.10}'],
      ['k-2', '{"b": 9007199254740993}'],
      ['k-3', '{"n": 3, "p": 1.10}'],
      ['k-4', '{"b": 9007199254740993}'],
    ]);
  });

  it('names every line that is no JSON, and sends nothing', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const file = fileOf('{"n": 1}\n{"n":}\n{{seq}}\nno\n');
    const {code, lines, stderr} = await run(args(topic, '--lines', file, '--placeholders', '--rate', '5'));
    expect({code, lines}).toEqual({code: 2, lines: []});
    expect(stderr).toMatch(/not JSON at 2:6: expected a value/);
    expect(stderr).toMatch(/not JSON at 4:1: /);
    expect(stderr).not.toMatch(/ 3:/);
    expect(stderr).toContain('Nothing was sent.');
    expect(await end(topic)).toBe('0');
  });

  it('takes own templates, names a damaged one, and lists them all', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const own = folder();
    writeFileSync(join(own, 'welcome.txt'), 'key: u-9\nheader a: 1\n---\n{"type": "welcome"}\n');
    writeFileSync(join(own, 'order.json'), '{"order": 1.10}\n');
    writeFileSync(join(own, 'broken.txt'), 'no dashes');
    const listed = await run(['publish', '--list-templates', '--templates', own]);
    expect(listed.code).toBe(0);
    expect(listed.lines.map(({name}) => name).slice(0, 3)).toEqual(['order.json', 'welcome', 'generic']);
    expect(listed.lines[1]).toMatchObject({key: 'u-9', from: join(own, 'welcome.txt'), placeholders: false});
    expect(listed.stderr).toMatch(/broken\.txt is left out: The line of three dashes is gone/);

    const env = {KAFKA_NOTIFY_TEMPLATES: own};
    expect((await run(args(topic, '--template', 'welcome', '--key', 'mine'), {env})).code).toBe(0);
    expect((await run(args(topic, '--template', 'order.json'), {env})).code).toBe(0);
    expect((await run(args(topic, '--template', 'malformed JSON'), {env})).code).toBe(0);
    expect((await run(args(topic, '--template', 'tombstone'), {env})).code).toBe(0);
    expect(await readAll(broker, topic, 4)).toEqual([
      {key: 'mine', value: '{"type": "welcome"}', headers: [['a', '1']]},
      {key: null, value: '{"order": 1.10}', headers: []},
      {key: 'u-1', value: expect.stringMatching(/"order": \}$/), headers: []},
      {key: 'u-1', value: null, headers: []},
    ]);
  });

  it.each([
    [['--template', 'no such'], 'There is no template "no such"'],
    [['--times', '0'], '--times takes a number above 0'],
    [['--times', '1.5'], '--times takes a whole number'],
    [['--rate', '-1'], '--rate takes a number above 0'],
  ])('refuses %j as wrong use', async (flags, sentence) => {
    const {code, stderr, lines} = await run(args('any', ...flags), {stdin: '{}'});
    expect({code, lines}).toEqual({code: 2, lines: []});
    expect(stderr).toContain(sentence);
  });

  it('that is stopped sends no more, waits for what is on its way, and says how many were sent', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const running = start(args(topic, '--times', '100000', '--rate', '100'), {stdin: '{"n": 1}'});
    await running.line(({number}) => number === 5);
    running.child.kill('SIGINT');
    const {code, lines, stderr} = await running.finished;
    expect(code).toBe(1);
    expect(stderr).toContain('Stopping: ');
    expect(stderr).toContain(`${lines.length} sent: ${lines.length} acknowledged.`);
    expect(lines.length).toBeLessThan(10_000);
    expect(await end(topic)).toBe(String(lines.length));
  });
});
