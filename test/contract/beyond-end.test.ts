import {expect, it} from 'vitest';
import {positions, run} from '../support/program.ts';
import {type BrokerUnderTest, describeOnBrokers} from './support/brokers.ts';

describeOnBrokers('a group that is beyond the end', broker => {
  it('has a lag below 0, not 0', async () => {
    const {topic, group} = await beyond(broker);
    const {lines} = await run(['groups', group, '--brokers', broker.bootstrap(), '--topic', topic]);
    const lags = lines
      .filter(line => line.status === 'partition')
      .map(({committed, end, lag}) => [committed, end, lag]);
    expect(lags).toEqual([
      ['100', '10', '-90'],
      ['4', '10', '6'],
    ]);
  });

  it('is held where it is beyond, in these words, and flows where it is not', async () => {
    const {topic, group} = await beyond(broker);
    const {code, lines, stderr} = await run([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', group],
      ...['--until-end', '--join-foreign-group'],
    ]);
    expect(code).toBe(1);
    expect(positions(lines, 'processed')).toEqual(['1@4', '1@5', '1@6', '1@7', '1@8', '1@9']);
    expect(stderr).toContain('the position 100 is beyond the end 10 by 90');
    expect(await broker.committed(group, topic)).toEqual(['100', '10']);
  });

  it('is rewound with a word that what was processed is not known', async () => {
    const {topic, group} = await beyond(broker);
    const {code, lines, stderr} = await run([
      ...['rewind', '--brokers', broker.bootstrap(), '--topic', topic, '--group', group],
      ...['--to', 'beginning', '--count'],
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain('Partition 0 is committed at 100, beyond the end by 90');
    expect(lines[0]).toMatchObject({partition: 0, from: '100', to: '0', again: '10', beyondEnd: '90'});
    expect(lines[1]).not.toHaveProperty('beyondEnd');
  });

  it('is no redrive that is done: it is said, and the exit code is not 0', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const letters = `${topic}-dlt`;
    await run(['topic', letters, '--brokers', broker.bootstrap(), '--partitions', '1']);
    const publish = ['publish', '--brokers', broker.bootstrap(), '--topic', letters, '--lines'];
    expect((await run(publish, {stdin: '{"n":1}\n{"n":2}\n'})).code).toBe(0);
    const redrive = (...more: string[]) =>
      run(['redrive', '--brokers', broker.bootstrap(), '--topic', letters, ...more]);
    const group = `redrive-${letters}`;
    await broker
      .admin()
      .setOffsets({groupId: group, topic: letters, partitions: [{partition: 0, offset: '7'}]});
    for (const {code, stderr} of [await redrive(), await redrive('--join-foreign-group')]) {
      expect(code).toBe(1);
      expect(stderr).toContain('is at 7 on partition 0, beyond its end 2 by 5');
      expect(stderr).toContain(
        `kafka-notify rewind --topic ${letters} --group ${group} --to beginning --yes`,
      );
    }
    expect(await broker.committed(group, letters)).toEqual(['7']);
  });
});

/** Two partitions of ten messages; the group is committed at 100 in the first, as after a topic that was made again. */
async function beyond(broker: BrokerUnderTest): Promise<{topic: string; group: string}> {
  const topic = await broker.freshTopic({partitions: 2});
  const group = `beyond-${topic}`;
  await broker.produce(
    topic,
    Array.from({length: 20}, (_, at) => ({partition: at % 2, value: `{"n":${at}}`})),
  );
  const partitions = [
    {partition: 0, offset: '100'},
    {partition: 1, offset: '4'},
  ];
  await broker.admin().setOffsets({groupId: group, topic, partitions});
  return {topic, group};
}
