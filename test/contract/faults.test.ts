import {expect, it} from 'vitest';
import {positions, run, start} from '../support/program.ts';
import {describeOnBrokers} from './support/brokers.ts';

describeOnBrokers('faults on purpose, without the interface', broker => {
  async function topicOf(count: number): Promise<{topic: string; group: string}> {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(
      topic,
      Array.from({length: count}, (_, at) => ({partition: 0, value: `{"n":${at}}`})),
    );
    return {topic, group: `group-${topic}`};
  }

  const consume = ({topic, group}: {topic: string; group: string}, ...more: string[]) =>
    run([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', group],
      ...['--from', 'beginning', '--until-end', ...more],
    ]);

  it('fail and slow attempts, and are told of on stderr', async () => {
    const place = await topicOf(4);
    const {code, lines, stderr} = await consume(
      place,
      ...['--fault', 'fail-next=1', '--fault', 'fail-every=3', '--fault', 'slow=20ms'],
    );
    expect(code).toBe(0);
    expect(stderr).toContain(
      'Warning: faults on purpose (--fault): fail next 1, fail every 3rd, slow 20 ms.',
    );
    expect(positions(lines, 'failed')).toEqual(['0@0', '0@2']);
    expect(lines.find(line => line.status === 'failed')).toMatchObject({
      error: {name: 'InjectedFault', message: 'failed on purpose', permanent: false},
    });
    expect(positions(lines, 'processed')).toEqual(['0@0', '0@1', '0@2', '0@3']);
    expect(await broker.committed(place.group, place.topic)).toEqual(['4']);
  });

  it('stop before the commit: all is processed, nothing is committed, all comes again', async () => {
    const place = await topicOf(3);
    const first = await consume(place, '--fault', 'stop-before-commit');
    expect(first.code).toBe(0);
    expect(first.stderr).toContain('Nothing is committed');
    expect(positions(first.lines, 'processed')).toEqual(['0@0', '0@1', '0@2']);
    expect(positions(first.lines, 'committed')).toEqual([]);
    expect(await broker.committed(place.group, place.topic)).toEqual(['-1']);

    const second = await consume(place);
    expect(positions(second.lines, 'processed')).toEqual(['0@0', '0@1', '0@2']);
    expect(await broker.committed(place.group, place.topic)).toEqual(['3']);
  });

  it('crash before the commit: what was finished comes again, once, and then is committed', async () => {
    const place = await topicOf(3);
    const running = start([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', place.topic, '--group', place.group],
      ...['--from', 'beginning', '--fault', 'crash-before-commit'],
    ]);
    await running.line(line => line.status === 'committed' && line.offset === '3', 30_000);
    running.child.kill('SIGTERM');
    const {code, lines, stderr} = await running.finished;
    expect(code).toBe(0);
    expect(stderr).toContain('Crashed on purpose before a commit');
    const processed = positions(lines, 'processed');
    const again = processed.lastIndexOf('0@0');
    expect(processed.slice(again)).toEqual(['0@0', '0@1', '0@2']);
    expect(again).toBeGreaterThan(0);
    // The second delivery says that it is one.
    const outcomes = lines.filter(line => line.status === 'processed');
    expect(outcomes.slice(0, again).every(({redelivered}) => redelivered === undefined)).toBe(true);
    expect(outcomes.slice(again, again * 2).every(({redelivered}) => redelivered === true)).toBe(true);
    expect(await broker.committed(place.group, place.topic)).toEqual(['3']);
  });

  it('are refused when nobody knows them', async () => {
    const {code, stderr} = await run(['consume', '--topic', 'any', '--fault', 'explode']);
    expect(code).toBe(2);
    expect(stderr).toContain('"explode" is no fault; there are fail-next=N');
  });
});
