import {randomUUID} from 'node:crypto';
import {expect, it} from 'vitest';
import {createPartitioner} from '../../source/kafka/partitioners.ts';
import {KafkaPublisher} from '../../source/kafka/publisher.ts';
import {run} from '../support/program.ts';
import {describeOnBrokers} from './support/brokers.ts';

describeOnBrokers("a broker's own reason", broker => {
  const at = () => ['--brokers', broker.bootstrap()];

  it('for a replication factor that it does not have is told', async () => {
    const {code, stderr} = await run(['topic', `t-${randomUUID()}`, '--replication-factor', '3', ...at()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/replication factor is larger than the number of brokers.*The broker says: .+/i);
  });

  it('a name that collides with another is told with the other', async () => {
    const name = `collides_${randomUUID()}`;
    expect((await run(['topic', name, ...at()])).code).toBe(0);
    const other = name.replace('_', '.');
    const {code, stderr} = await run(['topic', other, ...at()]);
    expect(code).toBe(1);
    expect(stderr).toContain(`does not accept the name of topic ${other}`);
    expect(stderr).toContain(`The broker says: Topic '${other}' collides with existing topic: ${name}`);
  });

  it('more partitions than it makes at once is told', async () => {
    const {code, stderr} = await run(['topic', `t-${randomUUID()}`, '--partitions', '20000', ...at()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/The broker says: .*excessively large/i);
  });

  it('a record that it refuses is told, and those beside it are sent', async () => {
    const topic = await broker.freshTopic({partitions: 1, config: {'cleanup.policy': 'compact'}});
    const publisher = new KafkaPublisher({client: broker.client(), partitioner: createPartitioner('java')});
    const drafts = ['a', null, 'b'].map(key => ({
      topic,
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from('{}'),
      headers: [],
    }));
    const together = await publisher.publishAll(drafts);
    await publisher.close();
    expect(together.map(({state}) => state.status)).toEqual(['acknowledged', 'failed', 'acknowledged']);
    const {code, lines} = await run(['publish', '--topic', topic, ...at()], {stdin: '{"n":1}'});
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.objectContaining({
        status: 'failed',
        reason: expect.stringMatching(
          /refused the record.*The broker says: Compacted topic cannot accept message without key/,
        ),
      }),
    ]);
  });
});

describeOnBrokers('a topic that is there with other numbers than those asked for', broker => {
  const at = () => ['--brokers', broker.bootstrap()];

  it('is left as it is, which stderr and the line say, and is no failure', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {code, lines, stderr} = await run([
      'topic',
      topic,
      '--partitions',
      '5',
      '--replication-factor',
      '2',
      ...at(),
    ]);
    expect(code).toBe(0);
    expect(lines).toMatchObject([
      {status: 'exists', differs: {partitions: {asked: 5, is: 1}, replicationFactor: {asked: 2, is: 1}}},
    ]);
    expect(lines[0]!.partitions).toHaveLength(1);
    expect(stderr.trim().split('\n')).toEqual([
      `Topic ${topic} is there with a number of partitions of 1, not 5; it is left as it is.`,
      `Topic ${topic} is there with a replication factor of 1, not 2; it is left as it is.`,
    ]);
  });

  it('is not spoken of where the numbers are right', async () => {
    const topic = await broker.freshTopic({partitions: 2});
    const {code, lines, stderr} = await run([
      'topic',
      topic,
      '--partitions',
      '2',
      '--replication-factor',
      '1',
      ...at(),
    ]);
    expect([code, stderr, 'differs' in lines[0]!]).toEqual([0, '', false]);
  });
});
