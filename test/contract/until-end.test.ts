import {expect, it} from 'vitest';
import {positions, run} from '../support/program.ts';
import {describeOnBrokers} from './support/brokers.ts';
import {compactedTopic} from './support/compacted-topic.ts';

describeOnBrokers('--until-end', broker => {
  const consume = (topic: string, ...more: string[]) =>
    run([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', `group-${topic}`],
      ...['--from', 'beginning', '--until-end', ...more],
    ]);

  it('ends on an empty topic and on one that was emptied', async () => {
    const empty = await broker.freshTopic();
    expect((await consume(empty)).code).toBe(0);
    const emptied = await broker.freshTopic({partitions: 1});
    await broker.produce(emptied, [{value: '1'}, {value: '2'}]);
    await broker.deleteBelow(emptied, '-1');
    const {code, lines} = await consume(emptied);
    expect({code, processed: positions(lines, 'processed')}).toEqual({code: 0, processed: []});
  });

  it('ends on a compacted topic, whose offsets have gaps', async () => {
    const topic = await compactedTopic(broker);
    const {code, lines} = await consume(topic);
    expect(code).toBe(0);
    expect(positions(lines, 'processed').at(-1)).toBe('0@200');
    expect(await broker.committed(`group-${topic}`, topic)).toEqual(['201']);
  });

  it('ends on transactions, committed and aborted, with markers at the end, and lag is 0', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const producer = broker
      .client()
      .kafka.producer({transactionalId: `t-${topic}`, idempotent: true, maxInFlightRequests: 1});
    await producer.connect();
    for (const end of ['commit', 'abort', 'commit', 'abort'] as const) {
      const transaction = await producer.transaction();
      await transaction.send({topic, messages: [{value: `"${end}"`}, {value: `"${end}"`}]});
      await transaction[end]();
    }
    await producer.disconnect();
    const {code, lines} = await consume(topic, '--with-value');
    expect(code).toBe(0);
    expect(lines.filter(line => line.status === 'processed').map(line => line.value)).toEqual(
      Array(4).fill('"commit"'),
    );
    const [offsets] = await broker.admin().fetchTopicOffsets(topic);
    expect(await broker.committed(`group-${topic}`, topic)).toEqual([offsets!.high]);
  });
});
