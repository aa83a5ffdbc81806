import {expect, it} from 'vitest';
import {positions, run, start} from '../support/program.ts';
import {describeOnBrokers} from './support/brokers.ts';

/** How long the broker holds a fetch of ours, in ms. */
const fetchWait = 250;

const one = (count: number, from = 0) =>
  Array.from({length: count}, (_, index) => ({partition: 0, value: JSON.stringify({n: from + index})}));

describeOnBrokers('a position that no longer exists', broker => {
  const args = (topic: string, ...more: string[]) => [
    ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', `group-${topic}`],
    ...more,
  ];
  const group = (topic: string) => `group-${topic}`;

  async function consumed(topic: string, count: number): Promise<void> {
    const {code} = await run(args(topic, '--from', 'beginning', '--max', String(count)));
    expect(code).toBe(0);
  }

  it('retention passed it while nobody consumed: held, nothing skipped; --on-lost first goes on by a commit', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, one(10));
    await consumed(topic, 3);
    await broker.deleteBelow(topic, '6');
    const held = await run(args(topic, '--until-end'));
    expect(held.code).toBe(1);
    expect(held.lines.find(line => line.status === 'position-lost')).toMatchObject({
      position: '3',
      first: '6',
      cause: 'retention',
    });
    expect(positions(held.lines, 'processed')).toEqual([]);
    expect(await broker.committed(group(topic), topic)).toEqual(['3']);

    const on = await run(args(topic, '--until-end', '--on-lost', 'first'));
    expect(on.code).toBe(0);
    expect(positions(on.lines, 'processed')).toEqual(['0@6', '0@7', '0@8', '0@9']);
    expect(await broker.committed(group(topic), topic)).toEqual(['10']);
  });

  it('retention passes it while consuming: held, not jumped over', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, one(3));
    const running = start(args(topic, '--from', 'beginning'));
    await running.line(line => line.status === 'committed' && line.offset === '3');
    // While the process is frozen, records come and go that it has not fetched.
    running.child.kill('SIGSTOP');
    // The broker answers the fetch that it holds after 250 ms, with nothing; from outside that cannot be seen, and a busy
    // broker may be late.
    await new Promise(resolve => setTimeout(resolve, 8 * fetchWait));
    await broker.produce(topic, one(5, 3));
    await broker.deleteBelow(topic, '6');
    running.child.kill('SIGCONT');
    const lost = await running.line(line => line.status === 'position-lost');
    expect(lost).toMatchObject({position: '3', first: '6', cause: 'retention'});
    expect(positions(running.lines(), 'processed')).toEqual(['0@0', '0@1', '0@2']);
    running.child.kill('SIGTERM');
    await running.finished;
    expect(await broker.committed(group(topic), topic)).toEqual(['3']);
  });

  it('the topic is deleted and made again while consuming: held; the new one is not taken for the old', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, one(4));
    const running = start(args(topic, '--from', 'beginning'));
    await running.line(line => line.status === 'committed' && line.offset === '4');
    await broker.admin().deleteTopics({topics: [topic]});
    await expect
      .poll(() =>
        broker
          .admin()
          .createTopics({topics: [{topic, numPartitions: 1}], waitForLeaders: true})
          // It is made, and the broker does not know of it yet.
          .catch((error: {type?: string}) => error.type === 'UNKNOWN_TOPIC_OR_PARTITION'),
      )
      .toBe(true);
    // Kafka's own producer keeps the old topic's metadata for a while; another program writes the new records.
    await expect
      .poll(
        async () =>
          (
            await run(['publish', '--brokers', broker.bootstrap(), '--topic', topic, '--lines'], {
              stdin: one(7)
                .map(each => each.value)
                .join('\n'),
            })
          ).code,
      )
      .toBe(0);
    const lost = await running.line(line => line.status === 'position-lost', 40_000);
    expect(lost).toMatchObject({position: '4', cause: 'recreated', first: '0'});
    const before = positions(running.lines(), 'processed');
    expect(before).toEqual(['0@0', '0@1', '0@2', '0@3']);
    running.child.kill('SIGTERM');
    expect((await running.finished).code).toBe(0);
  });

  it('the topic is deleted and made again while nobody consumes: asked for, never guessed', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, one(4));
    await consumed(topic, 4);
    await broker.admin().deleteTopics({topics: [topic]});
    await expect
      .poll(() =>
        broker
          .admin()
          .createTopics({topics: [{topic, numPartitions: 1}], waitForLeaders: true})
          // It is made, and the broker does not know of it yet.
          .catch((error: {type?: string}) => error.type === 'UNKNOWN_TOPIC_OR_PARTITION'),
      )
      .toBe(true);
    await run(['topic', topic, '--brokers', broker.bootstrap()]);
    await run(['publish', '--brokers', broker.bootstrap(), '--topic', topic, '--lines'], {
      stdin: '{"n":1}\n{"n":2}\n',
    });
    const {code, lines, stderr} = await run(args(topic, '--until-end'));
    // The group's offsets are deleted with the topic.
    expect(code).toBe(2);
    expect(stderr).toContain('has no committed offset');
    expect(positions(lines, 'processed')).toEqual([]);
  });
});
