import {expect, it} from 'vitest';
import {handlerFile} from '../handlers/support/runs.ts';
import {positions, type Running, run, start} from '../support/program.ts';
import {describeOnBrokers} from './support/brokers.ts';

describeOnBrokers('step by step', broker => {
  const consume = (topic: string, ...more: string[]) => [
    ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', `g-${topic}`],
    ...['--from', 'beginning', '--step', ...more],
  ];
  const filled = async () => {
    const topic = await broker.freshTopic({partitions: 2});
    const messages = [0, 1, 2].flatMap(offset => [0, 1].map(partition => ({partition, value: `${offset}`})));
    await broker.produce(topic, messages);
    return topic;
  };
  const waits = (running: Running, position: string) =>
    running.line(line => line.status === 'waiting' && `${line.partition}@${line.offset}` === position);
  const act = (running: Running, line: object) => running.child.stdin.write(`${JSON.stringify(line)}\n`);

  it('processes exactly what was released, with all its attempts, and commits only that', async () => {
    const topic = await filled();
    const handler = handlerFile(`export function processMessage({value}, {attempt}) {
      if (value === 1 && attempt === 1) throw new Error('passes at the second attempt');
    }`);
    const running = start(consume(topic, '--handler', handler), {keepsStdin: true});
    await Promise.all([waits(running, '0@0'), waits(running, '1@0')]);
    expect(positions(running.lines(), 'processed')).toEqual([]);

    act(running, {act: 'release', partition: 1});
    await waits(running, '1@1');
    expect(positions(running.lines(), 'processed')).toEqual(['1@0']);

    // Two at once: the first fails once, and needs no second release for its second attempt.
    act(running, {act: 'release', partition: 1});
    act(running, {act: 'release', partition: 1});
    await running.line(line => line.status === 'committed' && line.offset === '3');
    expect(positions(running.lines(), 'failed')).toEqual(['1@1']);
    expect(positions(running.lines(), 'processed')).toEqual(['1@0', '1@1', '1@2']);

    act(running, {act: 'release', partition: 9});
    await running.line(line => line.status === 'act' && line.done === false);
    running.child.kill('SIGTERM');
    expect((await running.finished).code).toBe(0);
    expect(await broker.committed(`g-${topic}`, topic)).toEqual(['0', '3']);
  });

  it('lets one of every partition begin, and ends when nothing more can be let', async () => {
    const topic = await filled();
    const {code, lines} = await run(consume(topic, '--until-end'), {stdin: '{"act":"release"}\n'});
    expect(code).toBe(0);
    expect(positions(lines, 'processed').sort()).toEqual(['0@0', '1@0']);
    expect(positions(lines, 'waiting')).toEqual(expect.arrayContaining(['0@1', '1@1']));
    expect(lines.find(line => line.status === 'act')).toMatchObject({done: true, partitions: [0, 1]});
    expect(await broker.committed(`g-${topic}`, topic)).toEqual(['1', '1']);
  });
});
