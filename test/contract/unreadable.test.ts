import {afterEach, beforeEach, expect, it} from 'vitest';
import {type Line, positions, run, start} from '../support/program.ts';
import {describeOnBrokers} from './support/brokers.ts';
import {type DamagingProxy, startDamagingProxy} from './support/damaging-proxy.ts';

const marked = 'damage-me';

describeOnBrokers('a batch that is damaged on the way', broker => {
  let proxy: DamagingProxy;

  beforeEach(async () => {
    proxy = await startDamagingProxy(broker.bootstrap());
  });

  afterEach(async () => {
    await proxy.close();
  });

  const args = (topic: string, ...more: string[]) => [
    ...['consume', '--brokers', proxy.bootstrap, '--topic', topic, '--group', `group-${topic}`],
    ...['--until-end', ...more],
  ];
  const fromBeginning = (topic: string, ...more: string[]) => args(topic, '--from', 'beginning', ...more);
  const committed = (topic: string) => broker.committed(`group-${topic}`, topic);

  /** Three partitions of six messages; in partition 0 those from 2 to 4 are a batch of their own, with the mark in it. */
  async function sixEach(): Promise<string> {
    const topic = await broker.freshTopic();
    const batch = (partition: number, count: number, text = 'good') =>
      broker.produce(
        topic,
        Array.from({length: count}, () => ({partition, value: JSON.stringify({text})})),
      );
    await batch(0, 2);
    await batch(0, 3, marked);
    await batch(0, 1);
    for (const partition of [1, 2]) await batch(partition, 6);
    return topic;
  }

  it('is asked for again three times, and processed where it is good then', async () => {
    const topic = await sixEach();
    proxy.damage(marked, 3);
    const {code, lines} = await run(fromBeginning(topic));
    expect(code).toBe(0);
    expect(proxy.damaged()).toBe(3);
    expect(positions(lines, 'unreadable')).toEqual([]);
    expect(positions(lines, 'processed')).toHaveLength(18);
    expect(await committed(topic)).toEqual(['6', '6', '6']);
  });

  it('is named and passed by peek, which asks for each such batch again before it passes it', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    for (const n of [1, 2]) await broker.produce(topic, [{value: JSON.stringify({text: marked, n})}]);
    // Four times the first of the two, as often as it is asked for; then once the second.
    proxy.damage(marked, 5);
    const {code, lines, stderr} = await run(['peek', '--brokers', proxy.bootstrap, '--topic', topic]);
    expect(proxy.damaged()).toBe(5);
    expect(lines.map(({partition, offset}) => `${partition}@${offset}`)).toEqual(['0@1']);
    expect(stderr).toContain("Not searched: 0@0 can't be read: CRC mismatch (only 0).");
    expect(stderr).not.toContain('0@1 can');
    expect(code).toBe(1);
  });

  it('holds its partition and no other; read again it is as before, and exactly it is skipped', async () => {
    const topic = await sixEach();
    proxy.damage(marked);
    const running = start(fromBeginning(topic, '--acts', '--with-value'), {keepsStdin: true});
    let acts = 0;
    const act = (told: object): Promise<Line> => {
      const line = ++acts;
      running.child.stdin.write(`${JSON.stringify(told)}\n`);
      return running.line(each => each.status === 'act' && each.line === line);
    };
    const unreadable = await running.line(line => line.status === 'unreadable');
    expect(unreadable).toMatchObject({partition: 0, offset: '2', next: '5', reason: expect.any(String)});
    // stderr is another pipe than that of the lines, and may be read later.
    await expect.poll(() => running.stderr()).toMatch(/0@2 can't be read: .*CRC.* \(2 to 4\)/);
    expectBatch(Buffer.from((unreadable.batch as {base64: string}).base64, 'base64'), 2n);
    const asked = proxy.damaged();
    expect(asked).toBe(4);

    // All that is not behind it flows, and it is not asked for any more.
    await expect.poll(() => committed(topic)).toEqual(['2', '6', '6']);
    expect(proxy.damaged()).toBe(asked);

    expect(await act({act: 'read-again', partition: 0, offset: '2'})).toMatchObject({done: true});
    await expect.poll(() => positions(running.lines(), 'unreadable')).toEqual(['0@2', '0@2']);
    expect(await committed(topic)).toEqual(['2', '6', '6']);

    const skip = {act: 'skip-unreadable', partition: 0, offset: '2', next: '5', reason: 'damaged on disk'};
    expect(await act({...skip, next: '6'})).toMatchObject({done: false});
    expect(await act(skip)).toMatchObject({done: true});
    const {code, lines} = await running.finished;
    expect(code).toBe(1);
    expect(lines.find(line => line.status === 'skipped')).toMatchObject({offset: '2', next: '5'});
    const ofPartition = positions(lines, 'processed').filter(each => each.startsWith('0@'));
    expect(ofPartition).toEqual(['0@0', '0@1', '0@5']);
    expect(lines.filter(line => line.status === 'failed' || line.status === 'held')).toEqual([]);
    expect(await committed(topic)).toEqual(['6', '6', '6']);
  });

  it('ends --until-end with 1 where nobody decides, with nothing of it committed; skip passes it by itself', async () => {
    const topic = await sixEach();
    proxy.damage(marked);
    const held = await run(fromBeginning(topic, '--on-failure', 'dead-letter'));
    expect(held.code).toBe(1);
    expect(held.stderr).toContain('none can be dead-lettered');
    expect(await committed(topic)).toEqual(['2', '6', '6']);
    const skipped = await run(args(topic, '--on-failure', 'skip'));
    expect(skipped.code).toBe(1);
    expect(positions(skipped.lines, 'processed')).toEqual(['0@5']);
    expect(await committed(topic)).toEqual(['6', '6', '6']);
  });
});

/** The whole batch that begins at `offset`, with the bit that was flipped on the way. */
function expectBatch(bytes: Buffer, offset: bigint): void {
  expect(bytes.readBigInt64BE(0)).toBe(offset);
  expect(bytes.readInt32BE(8) + 12).toBe(bytes.length);
  expect(bytes.includes(marked.replace('d', 'D'))).toBe(true);
}
